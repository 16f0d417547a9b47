import { parse } from "yaml";
import { parseDigest, quote, type Digest } from "@waybill/core/image";
import { CliError } from "../command";
import { readWhole } from "./swap";

/** The settings of a stack as they stand in its file; secrets are in it by name only. */
export interface SettingsFile {
  readonly file: string;
  /** As it was read; it is written only while it still is this. */
  readonly bytes: Buffer;
  /** By key, without "waybill:". */
  readonly values: Readonly<Record<string, unknown>>;
}

const PREFIX = "waybill:";

export function readSettingsFile(file: string): SettingsFile {
  const bytes = readWhole(file);
  let content: unknown;
  try {
    content = parse(bytes.toString("utf8"), { logLevel: "error", maxAliasCount: 100 });
  } catch (cause) {
    throw malformed(file, "YAML", (cause as Error).message.split("\n")[0] ?? "something else", cause);
  }
  const config = (content as { config?: unknown } | null)?.config ?? {};
  if (typeof config !== "object" || Array.isArray(config))
    throw malformed(file, "keys and values under config", JSON.stringify(config));
  const own = Object.entries(config).filter(([key]) => key.startsWith(PREFIX));
  return {
    file,
    bytes,
    values: Object.fromEntries(own.map(([key, value]) => [key.slice(PREFIX.length), value])),
  };
}

/** An empty text is the same as none, as it is for the program. */
export function textIn({ file, values }: SettingsFile, key: string): string | undefined {
  const value = values[key] ?? "";
  if (typeof value === "object") throw malformed(file, `a text as ${PREFIX}${key}`, describe(value));
  const text = `${value as string | number | boolean}`;
  return text === "" ? undefined : text;
}

export function objectIn({ file, values }: SettingsFile, key: string): Readonly<Record<string, unknown>> {
  const value = values[key] ?? {};
  if (typeof value !== "object" || Array.isArray(value) || isSealed(value))
    throw malformed(file, `plain keys and values as ${PREFIX}${key}`, describe(value));
  const sealed = Object.entries(value).find(([, part]) => isSealed(part));
  if (sealed) throw malformed(file, `plain values in ${PREFIX}${key}`, `a secret, ${quote(sealed[0])}`);
  return value as Readonly<Record<string, unknown>>;
}

export function hasSecrets({ values }: SettingsFile): boolean {
  const secrets = values["secrets"] ?? {};
  return typeof secrets !== "object" || Object.keys(secrets).length > 0;
}

export function pinIn(settings: SettingsFile): Digest | undefined {
  const text = textIn(settings, "pin");
  if (text === undefined) return undefined;
  try {
    return parseDigest(text);
  } catch (cause) {
    const expected = "a digest as waybill:pin (a tag can be moved after it was tested)";
    throw malformed(settings.file, expected, quote(text), cause);
  }
}

export function holdIn(settings: SettingsFile): Date | undefined {
  const text = textIn(settings, "hold");
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw malformed(settings.file, "a time as waybill:hold, as in 2027-01-31T18:00:00Z", quote(text));
}

function isSealed(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

function describe(value: unknown): string {
  return isSealed(value) ? "a secret" : quote(JSON.stringify(value));
}

function malformed(file: string, expected: string, found: string, cause?: unknown): CliError {
  const problem = {
    about: quote(file),
    expected,
    found,
    next: "Correct it, or name another file: --config-file FILE.",
  };
  return new CliError("file", problem, cause === undefined ? undefined : { cause });
}
