import { inspect } from "node:util";

/** A value that only the update will know. Seen in previews, never in state. */
export class Unknown {
  readonly unknown = true;
  static readonly value = new Unknown();
}

/** A value that state encrypts and output masks; printing one never shows what is inside. */
export class Secret {
  constructor(readonly value: Value) {}
  toJSON(): string {
    return "[secret]";
  }
  toString(): string {
    return "[secret]";
  }
  [inspect.custom](): string {
    return "[secret]";
  }
}

export interface Values {
  readonly [key: string]: Value;
}
export type Value = null | boolean | number | string | Unknown | Secret | readonly Value[] | Values;

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isValues(value: Value | undefined): value is Values {
  return (
    typeof value === "object" &&
    value !== null &&
    !isList(value) &&
    !(value instanceof Unknown) &&
    !(value instanceof Secret)
  );
}

export function mapValues(values: Values, change: (value: Value, key: string) => Value): Values {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value, key)]));
}

function anywhere(value: Value, found: (value: Value) => boolean): boolean {
  if (found(value)) return true;
  if (value instanceof Secret) return anywhere(value.value, found);
  if (isList(value)) return value.some((element) => anywhere(element, found));
  return isValues(value) && Object.values(value).some((element) => anywhere(element, found));
}

export function containsUnknown(value: Value): boolean {
  return anywhere(value, (one) => one instanceof Unknown);
}

export function containsSecret(value: Value): boolean {
  return anywhere(value, (one) => one instanceof Secret);
}

/** The same value without its secret wrappers, at any depth. */
export function reveal(values: Values): Values;
export function reveal(value: Value): Value;
export function reveal(value: Value): Value {
  if (value instanceof Secret) return reveal(value.value);
  if (isList(value)) return value.map((element) => reveal(element));
  return isValues(value) ? mapValues(value, (element) => reveal(element)) : value;
}

export function secret(value: Value): Secret {
  return value instanceof Secret ? value : new Secret(value);
}

/**
 * Secret in, secret out: whatever is secret in `from` is secret at the same place in `values`. A list with a secret
 * in it becomes secret as a whole, because servers reorder lists.
 */
export function keepSecrets(values: Values, from: Values): Values {
  return mapValues(values, (value, key) => {
    const source = Object.hasOwn(from, key) ? from[key] : undefined;
    if (source === undefined || value instanceof Secret) return value;
    if (isValues(value) && isValues(source)) return keepSecrets(value, source);
    return containsSecret(source) ? secret(value) : value;
  });
}

/** Strings inside secrets, for masking them in messages; shorter ones would hide ordinary words. */
export function secretStrings(value: Value, inSecret = false): readonly string[] {
  if (value instanceof Secret) return secretStrings(value.value, true);
  if (typeof value === "string") return inSecret && value.length >= 4 ? [value] : [];
  if (isList(value)) return value.flatMap((element) => secretStrings(element, inSecret));
  return isValues(value) ? Object.values(value).flatMap((element) => secretStrings(element, inSecret)) : [];
}

export function mask(text: string, secrets: readonly string[]): string {
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((masked, one) => masked.replaceAll(one, "[secret]"), text);
}
