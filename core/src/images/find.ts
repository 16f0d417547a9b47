import { FORMS } from "./forms";
import { type ImageOccurrence, occurrence, oncePerPath, UNKNOWN } from "./occurrence";
import { below, isObject, join, readPath, type Step } from "./path";
import { findByShape } from "./shape";
import { groupOf, type ImageField, imageFieldsOf, type ObjectKind } from "./table";

/** Where a kind that the table does not know keeps an image; promotion.yaml's `imagePaths`. */
export interface ImagePath {
  readonly group: string;
  readonly kind: string;
  /** As in the table: `spec.jobs[].image`, `spec.roles.*.image`, `spec["odd key"]`. */
  readonly path: string;
}

/** The groups whose kinds are known whole; other groups add fields, so there what looks like an image counts too. */
const CLOSED_GROUPS = new Set(["", "apps", "batch", "extensions"]);

/** Every image in an object. What cannot be read counts as an unknown image: the caller must not let it pass. */
export function findImages(
  kind: ObjectKind,
  object: unknown,
  configured: readonly ImagePath[] = [],
): ImageOccurrence[] {
  if (object === UNKNOWN) return [occurrence("", UNKNOWN)];
  if (!isObject(object)) return guess(object);
  const group = groupOf(kind.apiVersion);
  const known = imageFieldsOf(kind);
  const own = configured.filter((field) => field.kind === kind.kind && field.group === group);
  if (own.length === 0 && known && (known.length === 0 || CLOSED_GROUPS.has(group)))
    return findInFields(object, "", known);
  if (own.length > 0 || known) {
    const found = findInFields(object, "", [...(known ?? []), ...own]);
    return CLOSED_GROUPS.has(group) ? found : [...found, ...guessBeside(object, found)];
  }
  if (!kind.kind.endsWith("List")) return guess(object);
  const { items, ...rest } = object;
  return [...findInItems(kind, items, configured), ...guess(rest)];
}

export function findInFields(object: unknown, at: string, fields: readonly ImageField[]): ImageOccurrence[] {
  return oncePerPath(fields.flatMap((field) => walk(object, at, readPath(field.path) ?? [], field)));
}

function walk(
  value: unknown,
  at: string,
  [step, ...rest]: readonly Step[],
  field: ImageField,
  name?: string,
): ImageOccurrence[] {
  if (value === undefined || value === null) return [];
  if (step === undefined) return readForm(value, at, field, name);
  if (typeof value === "string" && field.json) return inJson(value, at, [step, ...rest], field);
  if (step === "each") {
    if (!Array.isArray(value)) return [occurrence(at, UNKNOWN, name)];
    return value.flatMap((item: unknown, index) => walk(item, `${at}[${index}]`, rest, field, nameOf(item)));
  }
  if (!isObject(value)) return [occurrence(at, UNKNOWN, name)];
  if (step === "any")
    return Object.entries(value).flatMap(([key, child]) => walk(child, join(at, key), rest, field, name));
  const child = Object.hasOwn(value, step.key) ? value[step.key] : undefined;
  return walk(child, join(at, step.key), rest, field, name);
}

function readForm(
  value: unknown,
  at: string,
  field: ImageField,
  name: string | undefined,
): ImageOccurrence[] {
  if (value === "" && field.emptyMeansUnset) return [];
  if (field.form === undefined) return [occurrence(at, typeof value === "string" ? value : UNKNOWN, name)];
  return FORMS[field.form](value, at);
}

function inJson(text: string, at: string, steps: readonly Step[], field: ImageField): ImageOccurrence[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [occurrence(at, UNKNOWN)];
  }
  return walk(value, at, steps, field).map((found) => ({ ...found, embedded: true }));
}

/** A List holds objects of any kind; a PodList's items may leave their kind out. */
function findInItems(
  { apiVersion, kind }: ObjectKind,
  items: unknown,
  configured: readonly ImagePath[],
): ImageOccurrence[] {
  if (items === undefined || items === null) return [];
  if (!Array.isArray(items)) return [occurrence("items", UNKNOWN)];
  return items.flatMap((item: unknown, index) =>
    findImages(itemKind(item, { apiVersion, kind }), item, configured).map((found) =>
      inside(found, `items[${index}]`),
    ),
  );
}

/** What an item of a list is: what it says itself, or what the list is called after. */
export function itemKind(item: unknown, list: ObjectKind): ObjectKind {
  const own = isObject(item) ? item : {};
  return {
    apiVersion: typeof own["apiVersion"] === "string" ? own["apiVersion"] : list.apiVersion,
    kind: typeof own["kind"] === "string" ? own["kind"] : list.kind.slice(0, -"List".length),
  };
}

export function inside(found: ImageOccurrence, at: string): ImageOccurrence {
  const digest = found.split?.digest;
  return {
    ...found,
    path: below(at, found.path),
    ...(digest === undefined ? {} : { split: { digest: below(at, digest) } }),
  };
}

function guess(object: unknown): ImageOccurrence[] {
  return oncePerPath(findByShape(object, "", "custom kind")).map((found) => ({ ...found, guessed: true }));
}

/** Only what stands neither at nor below nor above anything that is known. */
function guessBeside(object: Record<string, unknown>, found: readonly ImageOccurrence[]): ImageOccurrence[] {
  const known = found.map(({ path }) => path);
  return guess(object).filter(({ path }) => !known.some((one) => covers(one, path) || covers(path, one)));
}

function covers(outer: string, inner: string): boolean {
  return inner === outer || (inner.startsWith(outer) && /^[.[]/.test(inner.slice(outer.length)));
}

function nameOf(item: unknown): string | undefined {
  return isObject(item) && typeof item["name"] === "string" ? item["name"] : undefined;
}
