import { type ImageField, imageFieldsOf, type ObjectKind, podSpecFields } from "./table";

/** Stands for a value that nobody knows yet, wherever it is in an object. */
export const UNKNOWN = Symbol("unknown");

export interface ImageOccurrence {
  /** Where the image is, or where its way became unknown: `spec.template.spec.containers[0].image`. */
  readonly path: string;
  /** The text in the field; UNKNOWN where it, or anything on the way to it, cannot be read. */
  readonly image: string | typeof UNKNOWN;
  readonly container?: string;
  /** Found by its shape in a kind that the table does not know. */
  readonly guessed?: true;
}

/** Every image in an object. What cannot be read counts as an unknown image: the caller must not let it pass. */
export function findImages(kind: ObjectKind, object: unknown): ImageOccurrence[] {
  if (object === UNKNOWN) return [occurrence("", UNKNOWN)];
  if (!isObject(object)) return guess(object);
  const fields = imageFieldsOf(kind);
  if (fields) return findInFields(object, "", fields);
  if (!kind.kind.endsWith("List")) return guess(object);
  const { items, ...rest } = object;
  return [...findInItems(kind, items), ...guess(rest)];
}

function findInFields(object: unknown, at: string, fields: readonly ImageField[]): ImageOccurrence[] {
  const found = fields.flatMap((field) => walk(object, at, steps(field.path), field));
  // Four fields behind one unknown pod spec are one finding.
  return [...new Map(found.map((occurrence) => [occurrence.path, occurrence])).values()];
}

type Step = { readonly key: string } | "each";

function steps(path: string): Step[] {
  return path
    .split(".")
    .flatMap((part): Step[] =>
      part.endsWith("[]") ? [{ key: part.slice(0, -2) }, "each"] : [{ key: part }],
    );
}

function walk(
  value: unknown,
  at: string,
  [step, ...rest]: readonly Step[],
  field: ImageField,
  name?: string,
): ImageOccurrence[] {
  if (value === undefined || value === null) return [];
  if (step === undefined) {
    if (value === "" && field.emptyMeansUnset) return [];
    return [occurrence(at, typeof value === "string" ? value : UNKNOWN, name)];
  }
  if (step === "each") {
    if (!Array.isArray(value)) return [occurrence(at, UNKNOWN, name)];
    return value.flatMap((item: unknown, index) => walk(item, `${at}[${index}]`, rest, field, nameOf(item)));
  }
  if (!isObject(value)) return [occurrence(at, UNKNOWN, name)];
  return walk(value[step.key], join(at, step.key), rest, field, name);
}

/** A List holds objects of any kind; a PodList's items may leave their kind out. */
function findInItems({ apiVersion, kind }: ObjectKind, items: unknown): ImageOccurrence[] {
  if (items === undefined || items === null) return [];
  if (!Array.isArray(items)) return [occurrence("items", UNKNOWN)];
  return items.flatMap((item: unknown, index) => {
    const own = isObject(item) ? item : {};
    const itemKind = {
      apiVersion: typeof own.apiVersion === "string" ? own.apiVersion : apiVersion,
      kind: typeof own.kind === "string" ? own.kind : kind.slice(0, -"List".length),
    };
    return findImages(itemKind, item).map((found) => ({
      ...found,
      path: below(`items[${index}]`, found.path),
    }));
  });
}

function guess(object: unknown): ImageOccurrence[] {
  return findByShape(object, "").map((found) => ({ ...found, guessed: true }));
}

const CONTAINER_LISTS = ["containers", "initContainers", "ephemeralContainers"] as const;
const WAYS_TO_A_POD_SPEC = new Set<string>([
  "spec",
  "template",
  "podTemplate",
  "jobTemplate",
  ...CONTAINER_LISTS,
]);

/** Pod specs at any depth; and where a way to one usually is, what is unknown counts as one. */
function findByShape(value: unknown, at: string): ImageOccurrence[] {
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) => findByShape(item, `${at}[${index}]`));
  if (!isObject(value)) return [];
  const here = CONTAINER_LISTS.some((key) => isContainerList(value[key]))
    ? findInFields(value, at, POD_SPEC)
    : [];
  const deeper = Object.entries(value).flatMap(([key, child]) => {
    const path = join(at, key);
    if (child === UNKNOWN && WAYS_TO_A_POD_SPEC.has(key)) return [occurrence(path, UNKNOWN)];
    return findByShape(child, path);
  });
  return [...new Map([...here, ...deeper].map((found) => [found.path, found])).values()];
}

const POD_SPEC = podSpecFields("").map((field) => ({ ...field, path: field.path.slice(1) }));

function isContainerList(value: unknown): boolean {
  return (
    Array.isArray(value) && value.some((item) => item === UNKNOWN || (isObject(item) && "image" in item))
  );
}

function occurrence(path: string, image: string | typeof UNKNOWN, container?: string): ImageOccurrence {
  return { path, image, ...(container === undefined ? {} : { container }) };
}

function nameOf(item: unknown): string | undefined {
  return isObject(item) && typeof item.name === "string" ? item.name : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function join(at: string, key: string): string {
  return below(at, /^[\w-]+$/.test(key) ? key : `[${JSON.stringify(key)}]`);
}

function below(at: string, path: string): string {
  return at === "" || path === "" || path.startsWith("[") ? `${at}${path}` : `${at}.${path}`;
}
