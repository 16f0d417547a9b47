/** A part of a document, and the path to it, such as `/environments/0/name`. */
export interface Part<T = unknown> {
  readonly path: string;
  readonly value: T;
}

/**
 * Every part that a path leads to, where `*` is any item or key. What is not there, or has another shape, is left out:
 * so checks can look at a document that has mistakes elsewhere.
 */
export function partsAt(document: unknown, path: string): Part[] {
  return path
    .split("/")
    .slice(1)
    .reduce<Part[]>(
      (parts, step) => parts.flatMap((part) => below(part, step)),
      [{ path: "", value: document }],
    );
}

/** The same for texts alone. */
export function textsAt(document: unknown, path: string): Part<string>[] {
  return partsAt(document, path).filter((part): part is Part<string> => typeof part.value === "string");
}

/** The text at a path without `*`, if one is there. */
export function textAt(document: unknown, path: string): string | undefined {
  return textsAt(document, path)[0]?.value;
}

function below({ path, value }: Part, step: string): Part[] {
  if (typeof value !== "object" || value === null) return [];
  const wanted = step.replaceAll("~1", "/").replaceAll("~0", "~");
  return Object.entries(value as Record<string, unknown>)
    .filter(([key]) => step === "*" || key === wanted)
    .map(([key, inner]) => ({ path: `${path}/${escapePointer(key)}`, value: inner }));
}

export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
