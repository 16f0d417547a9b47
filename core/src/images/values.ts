import { ImageError, parseReference } from "../image";
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

const PICTURE = /\.(?:png|jpe?g|svg|gif|webp|ico|bmp|avif)$/i;

/** A file that does not say what it is, as a compose file: what a key calls an image and what reads as one, guessed. */
export function findInLoose(value: unknown, isJson: boolean): ImageOccurrence[] {
  return findInValues(value)
    .filter(
      ({ path, image }) => typeof image === "string" && !PICTURE.test(image) && namesOne(path, image, isJson),
    )
    .map((found) => ({ ...found, guessed: true }));
}

/** YAML is mostly for machines that run something; JSON is for anything, so there a bare word is no image. */
function namesOne(path: string, image: string, isJson: boolean): boolean {
  try {
    const { tag, digest } = parseReference(image);
    return tag !== undefined || digest !== undefined || (!isJson && /(?:^|\.)image$/.test(path));
  } catch (error) {
    if (error instanceof ImageError) return !isJson && /\$\{|@/.test(image);
    throw error;
  }
}
