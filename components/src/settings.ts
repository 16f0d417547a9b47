import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parseDigest, type Digest } from "@waybill/core/image";
import { WaybillError } from "@waybill/core/problem";
import type { Place } from "@waybill/core/promotion";
import { configurationOf, type Configuration, type ServiceDefinition } from "@waybill/core/service";

export type SettingsErrorCode = "missing" | "malformed";

export class SettingsError extends WaybillError<SettingsErrorCode> {}

/** The stack's configuration; Pulumi.yaml describes each key. */
export interface StackSettings {
  readonly place: Place;
  readonly promotionFile: string;
  /** The digest that it is to run. */
  readonly pin: Digest | undefined;
  /** Until when it is to stay at what it runs. */
  readonly hold: Date | undefined;
  /** The change record or incident that a move belongs to. */
  readonly change: string | undefined;
  /** A file of exported evidence, for when the registry does not answer. */
  readonly offline: string | undefined;
  readonly namespace: string;
  readonly createNamespace: boolean;
  readonly replicas: number;
  readonly rolloutSeconds: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  /** Where images are pushed; asked for only where they are built. */
  readonly registry: () => string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Who signs: evidence where images are built, decisions and deployments everywhere. */
  readonly signer: () => string;
  /** Hashes of what goes with an image, secrets under a key of their own. */
  readonly configuration: (definition: ServiceDefinition) => Configuration;
}

/** Reads the configuration of this stack, relative paths from `folder`; an empty text is the same as none. */
export function readSettings(folder: string): StackSettings {
  const config = new pulumi.Config();
  const text = (key: string) => config.get(key) || undefined;
  const place = {
    service: config.require("service"),
    environment: config.require("environment"),
    target: text("target"),
  };
  return {
    place,
    promotionFile: resolve(folder, text("promotion") ?? "promotion.yaml"),
    pin: parsePin(text("pin"), place),
    hold: parseTime("hold", text("hold")),
    change: text("change"),
    offline: text("offline"),
    namespace:
      text("namespace") ?? [place.service, place.environment, place.target].filter(Boolean).join("-"),
    createNamespace: config.getBoolean("createNamespace") ?? true,
    replicas: config.getNumber("replicas", { min: 1 }) ?? 1,
    rolloutSeconds: config.getNumber("rolloutSeconds", { min: 1 }) ?? 120,
    config: config.getObject("config") ?? {},
    secrets: readSecrets(config),
    registry: () =>
      text("registry") ?? missing("registry", "the place where its images are pushed", "HOST/PATH"),
    signer: () => text("signer") ?? missing("signer", "who signs what happens here", "FILE"),
    configuration: (definition) => readConfiguration(config, definition),
    buildArgs: config.getObject("buildArgs") ?? {},
  };
}

/** A tag can be moved after it was tested. */
function parsePin(pin: string | undefined, { environment }: Place): Digest | undefined {
  if (pin === undefined) return undefined;
  try {
    return parseDigest(pin);
  } catch {
    const expected = "a digest, as in sha256:… (a tag can be moved after it was tested)";
    throw malformed("pin", expected, pin, `Let waybill promote ${environment} write one that may enter`);
  }
}

function parseTime(key: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw malformed(key, "a time, as in 2027-01-31T18:00:00Z", text, "Correct it");
  }
  return time;
}

function malformed(key: string, expected: string, found: string, remedy: string): SettingsError {
  return new SettingsError("malformed", {
    about: `waybill:${key} of stack ${pulumi.getStack()}`,
    expected,
    found: JSON.stringify(found),
    next: `${remedy}, or remove it: pulumi config rm waybill:${key}`,
  });
}

function readConfiguration(config: pulumi.Config, definition: ServiceDefinition): Configuration {
  const secrets = config.getObject<Record<string, string>>("secrets") ?? {};
  const key =
    Object.keys(secrets).length === 0
      ? ""
      : config.get("hashKey") ||
        missing("hashKey", "a key that its secrets are hashed with", '--secret "$(openssl rand -hex 32)"');
  return configurationOf(definition, config.getObject("config") ?? {}, secrets, key);
}

function missing(key: string, meaning: string, value: string): never {
  throw new SettingsError("missing", {
    about: `Stack ${pulumi.getStack()}`,
    expected: `waybill:${key}, ${meaning}`,
    found: "none",
    next: `Set it: pulumi config set waybill:${key} ${value}`,
  });
}

/** Only the names are read here; the values stay secret. */
function readSecrets(config: pulumi.Config): Record<string, pulumi.Output<string>> {
  const names = Object.keys(config.getObject<Record<string, string>>("secrets") ?? {});
  const values = config.getSecretObject<Record<string, string>>("secrets");
  return Object.fromEntries(
    names.map((name) => [name, pulumi.secret(pulumi.output(values).apply((all) => all?.[name] ?? ""))]),
  );
}
