import { PromotionError, type PromotionErrorCode } from "./error";
import type { Environment, Promotion, Service } from "./promotion";

/** Where a service runs: one environment, and there one target if the environment has several. */
export interface Place {
  readonly service: string;
  readonly environment: string;
  readonly target: string | undefined;
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
export function stackName(promotion: Promotion, place: Place): string {
  const template = promotion.services.find(({ name }) => name === place.service)?.stack;
  return stackFrom(template, place);
}

/** The same from what the service says about its stacks. */
export function stackFrom(template: string | undefined, { service, environment, target }: Place): string {
  const stack = (template ?? `${service}-{environment}`).replaceAll("{environment}", environment);
  return target === undefined ? stack : `${stack}-${target}`;
}
