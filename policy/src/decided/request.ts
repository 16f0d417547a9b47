import { resolve } from "node:path";
import { type Digest, parseDigest, type PinnedReference } from "@waybill/core/image";
import { WaybillError } from "@waybill/core/problem";
import { findPlace, type Place } from "@waybill/core/promotion";
import type { Request } from "@waybill/core/release";
import { type Configuration, configurationOf, loadService } from "@waybill/core/service";
import type { Known } from "../setting";
import type { Surroundings } from "../surroundings";

export type StackErrorCode = "unknown-settings" | "malformed";

/** What the stack's settings must say before anybody can ask about its images. */
export class StackError extends WaybillError<StackErrorCode> {}

interface StackRequest extends Request {
  /** A file of exported evidence, for when the registry does not answer. */
  readonly offline: string | undefined;
}

/** What the program would ask for, read from the same settings of the stack. */
export function requestOf(
  { stack, requester }: Surroundings,
  known: Known,
  place: Place,
  { registry, repository }: PinnedReference,
): StackRequest {
  const offline = stack.text("offline");
  return {
    place,
    repository: `${registry}/${repository}`,
    configuration: configurationIn(stack, known, place),
    pin: parsed("pin", "a digest, as in sha256:…", stack.text("pin"), toDigest),
    hold: parsed("hold", "a time, as in 2027-01-31T18:00:00Z", stack.text("hold"), toTime),
    requester: requester(),
    change: stack.text("change"),
    offline: offline === undefined ? undefined : resolve(offline),
  };
}

/** What is decided is decided with its settings: where their hash cannot be known, neither can the decision. */
function configurationIn(
  { text, object }: Surroundings["stack"],
  { promotion }: Known,
  place: Place,
): Configuration {
  const definition = loadService(findPlace(promotion, place).service.path);
  const secrets = object("secrets") ?? {};
  const key = text("hashKey");
  const unreadable = Object.values(secrets).some((value) => typeof value !== "string");
  if (unreadable || (Object.keys(secrets).length > 0 && key === undefined)) {
    throw new StackError("unknown-settings", {
      about: "waybill:secrets of this stack",
      expected: "secrets as texts, and waybill:hashKey to hash them with",
      found: unreadable
        ? "something else than texts"
        : "no waybill:hashKey, so that no decision can be compared",
      next: 'Set it: pulumi config set waybill:hashKey --secret "$(openssl rand -hex 32)"',
    });
  }
  return configurationOf(
    definition,
    object("config") ?? {},
    secrets as Readonly<Record<string, string>>,
    key ?? "",
  );
}

function parsed<Value>(
  key: string,
  expected: string,
  text: string | undefined,
  parse: (text: string) => Value | undefined,
): Value | undefined {
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value !== undefined) return value;
  throw new StackError("malformed", {
    about: `waybill:${key} of this stack`,
    expected,
    found: JSON.stringify(text),
    next: `Correct it, or remove it: pulumi config rm waybill:${key}`,
  });
}

function toDigest(text: string): Digest | undefined {
  try {
    return parseDigest(text);
  } catch (error) {
    if (error instanceof WaybillError) return undefined;
    throw error;
  }
}

function toTime(text: string): Date | undefined {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
