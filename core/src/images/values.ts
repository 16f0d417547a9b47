import { type ImageOccurrence, oncePerPath } from "./occurrence";
import { isObject } from "./path";
import { findByShape } from "./shape";

/** Images in the values of a Helm chart, or in any other file without a kind where only what is surely an image counts. */
export function findInValues(values: unknown): ImageOccurrence[] {
  const registry = globalRegistry(values);
  return oncePerPath(findByShape(values, "", "values")).map((found) =>
    registry !== undefined &&
    found.split &&
    typeof found.image === "string" &&
    !/^[^/]*[.:][^/]*\//.test(found.image)
      ? { ...found, image: `${registry}/${found.image}` }
      : found,
  );
}

/** Bitnami's charts and those like them take it where an image names none. */
function globalRegistry(values: unknown): string | undefined {
  const { global } = isObject(values) ? values : {};
  const { imageRegistry } = isObject(global) ? global : {};
  return typeof imageRegistry === "string" && imageRegistry !== "" ? imageRegistry : undefined;
}
