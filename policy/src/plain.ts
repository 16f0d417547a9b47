import { UnknownValueError } from "@pulumi/policy";
import { keysOf, UNKNOWN } from "@waybill/core/images";

/**
 * The properties that a policy gets throw when an unknown one is touched, and the engine then makes even a mandatory
 * policy advisory. This copy holds UNKNOWN in those places, so that no rule can be downgraded by accident.
 */
export function toPlain(value: unknown): unknown {
  // Not value.map: the proxy around a list breaks it (its constructor comes back wrapped).
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_item, index) => read(value, index));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.keys(value).map((key) => [key, read(value, key)]));
}

function read(holder: object, key: string | number): unknown {
  let value: unknown;
  try {
    value = (holder as Record<string | number, unknown>)[key];
  } catch (error) {
    if (error instanceof UnknownValueError) return UNKNOWN;
    throw error;
  }
  return toPlain(value);
}

/** What stands at a path such as `spec.containers[0]`. */
export function valueAt(value: unknown, path: string): unknown {
  return keysOf(path).reduce<unknown>((holder, key) => {
    if (typeof holder !== "object" || holder === null) return undefined;
    return (holder as Readonly<Record<string | number, unknown>>)[key];
  }, value);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
