import { ImageError, type ImageReference, parseReference } from "@waybill/core/image";

/** What a text names as an image; undefined where it names none, or nobody knows the text yet. */
export function referenceIn(image: unknown): ImageReference | undefined {
  if (typeof image !== "string") return undefined;
  try {
    return parseReference(image);
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}
