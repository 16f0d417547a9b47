import { UNKNOWN } from "@waybill/core/images";
import type { Rule } from "../rule";

/**
 * K4: what cannot be checked does not pass. The one exception: a preview in dev, of an image that the same update is about to
 * build; the update itself, where everything is known, has none.
 */
export const imageKnown: Rule = {
  name: "image-known",
  description: "Every image is known when it is checked; what is unknown is refused.",
  check: ({ images }, { setting: { builds }, preview }) =>
    images.flatMap(({ image, path, guessed }) => {
      if (image !== UNKNOWN || (builds && guessed)) return [];
      const awaited = builds && preview;
      return {
        path,
        expected: awaited
          ? "a known value, or the output of an image that this update builds"
          : "a value that is known",
        found: "a value that is not known yet or cannot be read, so that its image cannot be checked",
        next: "Take the image from a plain value, as from config or a StackReference's getOutputDetails.",
        ...(awaited && { unlessBuiltHere: true }),
      };
    }),
};
