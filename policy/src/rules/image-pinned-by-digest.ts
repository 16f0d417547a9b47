import { checkPinned } from "@waybill/core/images";
import { HIDDEN, type Rule, showImage } from "../rule";

/** K1: a tag can be moved after everything was tested; only a digest says what will run. Floating tags stay in dev. */
export const imagePinnedByDigest: Rule = {
  name: "image-pinned-by-digest",
  description: "Every image is named by its digest; only the environment that builds may use tags.",
  check: ({ images }, run) =>
    images.flatMap((occurrence) => {
      const refusal = checkPinned(occurrence);
      if (!refusal || refusal.code === "unknown") return [];
      const { builds } = run.setting;
      // What only looks like an image in a kind that nobody knows is worth a word there.
      if (builds && refusal.code === "not-pinned" && !occurrence.guessed) return [];
      const { subject, show } = showImage(occurrence, run);
      const guess = occurrence.guessed
        ? " If this is no image, or to say that it is one, list the kind in imagePaths of promotion.yaml."
        : "";
      return {
        path: occurrence.path,
        subject,
        expected: refusal.expected,
        found: show ? refusal.found : HIDDEN,
        next: `${refusal.next}${guess}`,
        ...(builds && occurrence.guessed && { warns: true }),
      };
    }),
};
