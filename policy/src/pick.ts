import { UNKNOWN } from "@waybill/core/images";
import { isObject } from "./plain";

/** What stands below some keys; UNKNOWN as soon as anything on the way is. */
export function pick(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (holder, key) => (holder === UNKNOWN ? UNKNOWN : isObject(holder) ? holder[key] : undefined),
    value,
  );
}

export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** The elements of a list; an unknown list is one unknown element. */
export function each(value: unknown): readonly (readonly [index: number, item: unknown])[] {
  if (value === UNKNOWN) return [[0, UNKNOWN]];
  return Array.isArray(value) ? [...(value as readonly unknown[]).entries()] : [];
}
