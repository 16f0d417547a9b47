import { quote } from "@waybill/core/image";
import {
  checkSettings,
  configurationOf,
  type Configuration,
  type ServiceDefinition,
} from "@waybill/core/service";
import { CliError, type Io } from "../command";
import { showSecrets } from "../pulumi";
import { hasSecrets, objectIn, type SettingsFile } from "./read";

export interface Asked {
  readonly settings: SettingsFile;
  readonly definition: ServiceDefinition;
  readonly stack: string;
  readonly folder: string;
  /** What pulumi needs to know the stack by. */
  readonly stackArgs: readonly string[];
  /** As `pulumi preview` printed it, from somebody who cannot decrypt. */
  readonly hash: string | undefined;
}

/** What goes with a digest, by the same hashes that the program makes of it. */
export async function readConfiguration(io: Io, asked: Asked): Promise<Configuration> {
  const { settings, definition, hash, stack } = asked;
  const config = objectIn(settings, "config");
  if (hash !== undefined) {
    if (!/^sha256:[0-9a-f]{64}$/.test(hash)) throw notAHash(hash);
    return { ...configurationOf(definition, config, {}, ""), config: hash };
  }
  const sealed = hasSecrets(settings) ? await showSecrets(io, asked.folder, asked.stackArgs) : undefined;
  const secrets = sealed ? secretsIn(stack, sealed) : {};
  checkSettings(definition, `Stack ${stack}`, { config, secrets: Object.keys(secrets) });
  return configurationOf(definition, config, secrets, sealed ? keyIn(stack, sealed) : "");
}

function secretsIn(stack: string, shown: Readonly<Record<string, unknown>>): Record<string, string> {
  const { value, objectValue } = (shown["waybill:secrets"] ?? {}) as {
    value?: string;
    objectValue?: unknown;
  };
  const secrets: unknown = objectValue ?? parsed(value);
  const texts = typeof secrets === "object" && secrets !== null && !Array.isArray(secrets);
  if (!texts || Object.values(secrets).some((one) => typeof one !== "string")) {
    throw new CliError("file", {
      about: `Stack ${stack}`,
      expected: "a text for each name in waybill:secrets",
      found: "something else",
      next: "Set each one: pulumi config set --secret --path waybill:secrets.NAME",
    });
  }
  return secrets as Record<string, string>;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "{}");
  } catch {
    return undefined;
  }
}

function keyIn(stack: string, shown: Readonly<Record<string, unknown>>): string {
  const { value } = (shown["waybill:hashKey"] ?? {}) as { value?: unknown };
  if (typeof value === "string" && value !== "") return value;
  throw new CliError("file", {
    about: `Stack ${stack}`,
    expected: "waybill:hashKey, a key that its secrets are hashed with",
    found: "none",
    next: 'Set it: pulumi config set waybill:hashKey --secret "$(openssl rand -hex 32)"',
  });
}

function notAHash(found: string): CliError {
  return new CliError("usage", {
    about: "--config-hash",
    expected: "sha256: and 64 hexadecimal digits, as pulumi preview prints it",
    found: quote(found),
    next: "Copy it from there.",
  });
}
