import { ImageError, type ImageErrorCode, parsePinned } from "../image";
import type { Problem } from "../problem";
import { type ImageOccurrence, UNKNOWN } from "./occurrence";

/** Why an image may not pass. The caller adds what it is about. */
export interface Refusal extends Omit<Problem, "about"> {
  readonly code: ImageErrorCode | "unknown";
}

/** Refuses everything but an image that is known and named by its digest. */
export function checkPinned({ image }: ImageOccurrence): Refusal | undefined {
  if (image === UNKNOWN) {
    return {
      code: "unknown",
      expected: "an image that is known and pinned by its digest",
      found: "a value that is not known yet or cannot be read",
      next: "Take the image from a plain value: a StackReference read with getOutputDetails, or config.",
    };
  }
  try {
    parsePinned(image);
    return undefined;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const { expected, found, next } = error.problem;
    return { code: error.code, expected, found, next };
  }
}
