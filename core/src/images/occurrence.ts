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
  /** Put together from several fields below `path`; where the one for a digest is, if there is one. */
  readonly split?: { readonly digest?: string };
  /** The field holds more than the image, as a JSON text does: the image cannot be written by itself. */
  readonly embedded?: true;
}

export function occurrence(
  path: string,
  image: string | typeof UNKNOWN,
  container?: string,
): ImageOccurrence {
  return { path, image, ...(container === undefined ? {} : { container }) };
}

/** One for each path: four fields behind one unknown pod spec are one finding, and what is known beats what is guessed. */
export function oncePerPath(found: readonly ImageOccurrence[]): ImageOccurrence[] {
  if (found.length < 2) return [...found];
  const byPath = new Map<string, ImageOccurrence>();
  for (const one of found) {
    if (byPath.get(one.path)?.guessed !== undefined || !byPath.has(one.path)) byPath.set(one.path, one);
  }
  return [...byPath.values()];
}
