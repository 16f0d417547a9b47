import { createHash, createHmac } from "node:crypto";
import type { ServiceDefinition, Settings } from ".";

/** What goes with a digest into an environment, by hashes: two equal ones behave alike. */
export interface Configuration {
  /** Hash of all below. */
  readonly config: string;
  /** Hash of what service.yaml makes of the manifests: port, probes, resources. */
  readonly manifests: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Keyed hashes: they show that a secret changed, and nothing else. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** `key` is itself a secret: without it nobody can try values out. */
export function configurationOf(
  { port, probes, resources }: ServiceDefinition,
  config: Settings["config"],
  secrets: Readonly<Record<string, string>>,
  key: string,
): Configuration {
  const manifests = hashOf({ port, probes, resources });
  const keyed = Object.fromEntries(
    Object.entries(secrets).map(([name, value]) => [
      name,
      `hmac-sha256:${createHmac("sha256", key).update(`${name}\0${value}`).digest("hex")}`,
    ]),
  );
  return {
    config: hashOf({ manifests, settings: config, secrets: keyed }),
    manifests,
    settings: config,
    secrets: keyed,
  };
}

function hashOf(value: object): string {
  return `sha256:${createHash("sha256")
    .update(JSON.stringify(sorted(value)))
    .digest("hex")}`;
}

/** Keys in one order, so that two ways of writing the same settings are the same. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
