import { dirname, join, resolve } from "node:path";
import { WaybillError } from "../problem";
import { findMistakes, invalid, loadYaml, parseYaml, type JsonSchema } from "../schema";
import { serviceSchema } from "./schema";

export { configurationOf, type Configuration } from "./config";
export { serviceSchema } from "./schema";

/** What service.yaml says: how a service is built, probed and configured. */
export interface ServiceDefinition {
  readonly build: {
    readonly context: string;
    readonly dockerfile: string;
    readonly platforms: readonly string[];
  };
  readonly port: number;
  readonly probes: { readonly ready: string; readonly live: string };
  readonly resources: { readonly cpu: string; readonly memory: string };
  readonly config: JsonSchema;
  readonly secrets: readonly string[];
}

export type ServiceErrorCode = "bad-config";

export class ServiceError extends WaybillError<ServiceErrorCode> {}

interface ServiceFile {
  build: { context?: string; dockerfile?: string; platforms?: string[] };
  port: number;
  probes: { ready: string; live: string };
  resources: { cpu: string; memory: string };
  config?: JsonSchema;
  secrets?: string[];
}

export function loadService(folder: string): ServiceDefinition {
  const file = join(folder, "service.yaml");
  return toService(file, loadYaml(file, serviceSchema) as ServiceFile);
}

export function parseService(file: string, text: string): ServiceDefinition {
  return toService(file, parseYaml(file, text, serviceSchema) as ServiceFile);
}

function toService(
  file: string,
  { build, port, probes, resources, config, secrets }: ServiceFile,
): ServiceDefinition {
  const folder = dirname(file);
  const settings: JsonSchema = {
    additionalProperties: false,
    ...(config ?? { properties: {} }),
    type: "object",
  };
  assertSchema(file, settings);
  return {
    build: {
      context: resolve(folder, build.context ?? "."),
      dockerfile: resolve(folder, build.dockerfile ?? "Dockerfile"),
      platforms: build.platforms ?? [],
    },
    port,
    probes,
    resources,
    config: settings,
    secrets: secrets ?? [],
  };
}

function assertSchema(file: string, schema: JsonSchema): void {
  try {
    findMistakes({}, schema);
  } catch (cause) {
    throw invalid(file, [{ path: "/config", message: `not a JSON Schema: ${(cause as Error).message}` }]);
  }
}

/** The settings and secrets that a stack gives to a service. */
export interface Settings {
  readonly config: Readonly<Record<string, unknown>>;
  /** Names only: what a secret holds is nobody's business here. */
  readonly secrets: readonly string[];
}

/** Refuses settings that do not fit what the service asks for, all of them at once; the environment variables otherwise. */
export function checkSettings(
  service: ServiceDefinition,
  about: string,
  { config, secrets }: Settings,
): Record<string, string> {
  const wrong = [
    ...findMistakes(config, service.config).map(({ path, message }) => `waybill:config${path}: ${message}`),
    ...service.secrets
      .filter((name) => !secrets.includes(name))
      .map((name) => `waybill:secrets: missing key "${name}"`),
    ...secrets
      .filter((name) => !service.secrets.includes(name))
      .map((name) => `waybill:secrets: unknown key "${name}"`),
    ...secrets.filter((name) => name in config).map((name) => `"${name}" is both a setting and a secret`),
  ];
  if (wrong.length > 0) {
    throw new ServiceError("bad-config", {
      about,
      expected: "the settings and secrets that service.yaml asks for",
      found:
        wrong.length === 1
          ? (wrong[0] ?? "")
          : `${wrong.length} mistakes:${wrong.map((w) => `\n  ${w}`).join("")}\n`,
      next: "Set them with: pulumi config set --path waybill:config.NAME VALUE, or --secret --path waybill:secrets.NAME.",
    });
  }
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, asText(value)]));
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
