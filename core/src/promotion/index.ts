import { dirname, resolve } from "node:path";
import { WaybillError } from "../problem";
import { invalid, loadYaml, parseYaml, type Mistake } from "../schema";
import { promotionSchema } from "./schema";

export { promotionSchema } from "./schema";
export type { Freeze, Gate, GateKind, Person, Rules, ScanException } from "./rules";

/** Where a service runs: one environment, and there one target if the environment has several. */
export interface Place {
  readonly service: string;
  readonly environment: string;
  readonly target: string | undefined;
}

export interface Environment {
  readonly name: string;
  /** True for the first environment only: images are built there and nowhere else. */
  readonly builds: boolean;
  /** Names of its targets; `[undefined]` where it has just one without a name. */
  readonly targets: readonly (string | undefined)[];
}

export interface Service {
  readonly name: string;
  /** Absolute path of the folder with service.yaml. */
  readonly path: string;
  readonly stack: string;
  /** What the provenance of its images must say; undefined where any trusted provenance will do. */
  readonly provenance: ExpectedProvenance | undefined;
}

export interface ExpectedProvenance {
  readonly builders: readonly string[];
  readonly repositories: readonly string[];
  /** Whole refs, as in refs/heads/main. */
  readonly branches: readonly string[];
}

/** What promotion.yaml says. */
export interface Promotion {
  readonly file: string;
  readonly environments: readonly Environment[];
  readonly services: readonly Service[];
}

export type PromotionErrorCode = "unknown-service" | "unknown-environment" | "unknown-target";

export class PromotionError extends WaybillError<PromotionErrorCode> {}

interface PromotionFile {
  environments: { name: string; targets?: { name: string }[] }[];
  services: Record<string, { path: string; stack?: string; provenance?: ExpectedProvenance }>;
}

export function loadPromotion(file: string): Promotion {
  return toPromotion(file, loadYaml(file, promotionSchema) as PromotionFile);
}

export function parsePromotion(file: string, text: string): Promotion {
  return toPromotion(file, parseYaml(file, text, promotionSchema) as PromotionFile);
}

function toPromotion(file: string, { environments, services }: PromotionFile): Promotion {
  const promotion: Promotion = {
    file,
    environments: environments.map((environment, index) => ({
      name: environment.name,
      builds: index === 0,
      targets: environment.targets?.map((target) => target.name) ?? [undefined],
    })),
    services: Object.entries(services).map(([name, service]) => ({
      name,
      path: resolve(dirname(file), service.path),
      stack: service.stack ?? `${name}-{environment}`,
      provenance: service.provenance,
    })),
  };
  const mistakes = findAmbiguities(promotion);
  if (mistakes.length > 0) throw invalid(file, mistakes);
  return promotion;
}

/** Two environments or targets of one name, or two places that share a stack, would make the order a matter of luck. */
function findAmbiguities(promotion: Promotion): Mistake[] {
  const names = promotion.environments.map((environment) => environment.name);
  const stacks = promotion.services.flatMap((service) =>
    promotion.environments.flatMap((environment) =>
      environment.targets.map((target) =>
        stackName(promotion, { service: service.name, environment: environment.name, target }),
      ),
    ),
  );
  return [
    ...twice(names).map((name) => ({
      path: "/environments",
      message: `environment "${name}" is listed twice`,
    })),
    ...twice(stacks).map((stack) => ({
      path: "/services",
      message: `two places share the stack name "${stack}"`,
    })),
  ];
}

function twice(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/** Checks that promotion.yaml knows a place; the environment and service as it knows them. */
export function findPlace(
  promotion: Promotion,
  place: Place,
): { environment: Environment; service: Service } {
  const service = promotion.services.find(({ name }) => name === place.service);
  if (!service)
    throw unknown(
      "unknown-service",
      promotion,
      "service",
      place.service,
      promotion.services.map(({ name }) => name),
    );
  const environment = promotion.environments.find(({ name }) => name === place.environment);
  if (!environment) {
    const known = promotion.environments.map(({ name }) => name);
    throw unknown("unknown-environment", promotion, "environment", place.environment, known);
  }
  if (!environment.targets.includes(place.target)) {
    const known = environment.targets.map((target) => target ?? "no target");
    throw unknown(
      "unknown-target",
      promotion,
      `target of ${environment.name}`,
      place.target ?? "no target",
      known,
    );
  }
  return { environment, service };
}

function unknown(
  code: PromotionErrorCode,
  { file }: Promotion,
  kind: string,
  found: string,
  known: readonly string[],
): PromotionError {
  return new PromotionError(code, {
    about: file,
    expected: `a ${kind} out of: ${known.join(", ")}`,
    found: `"${found}"`,
    next: `Correct the stack's waybill:${kind.split(" ")[0] ?? kind}, or add it to ${file}.`,
  });
}

/** The environment that a place takes its image from; undefined where images are built. */
export function upstreamOf(promotion: Promotion, place: Place): Environment | undefined {
  const { environment } = findPlace(promotion, place);
  return promotion.environments[promotion.environments.indexOf(environment) - 1];
}

/** Name of the stack that runs a service in a place, without organisation and project. */
export function stackName(promotion: Promotion, { service, environment, target }: Place): string {
  const template =
    promotion.services.find(({ name }) => name === service)?.stack ?? `${service}-{environment}`;
  const stack = template.replaceAll("{environment}", environment);
  return target === undefined ? stack : `${stack}-${target}`;
}
