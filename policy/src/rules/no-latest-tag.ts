import { referenceIn } from "../reference";
import { type Rule, showImage } from "../rule";

/** K6, also where tags are let pass for a time: what `latest` means changes with every push. */
export const noLatestTag: Rule = {
  name: "no-latest-tag",
  description: "No image is named by the tag latest, or by none, outside the environment that builds.",
  outsideDev: true,
  check: ({ images }, run) =>
    images.flatMap((occurrence) => {
      const reference = referenceIn(occurrence.image);
      if (run.refuses("image-pinned-by-digest") || !reference) return [];
      if (reference.digest !== undefined || (reference.tag ?? "latest") !== "latest") return [];
      return {
        path: occurrence.path,
        subject: showImage(occurrence, run).subject,
        expected: "a version",
        found: "latest, whatever that is when a node pulls it",
        next: "Name a version, or better its digest.",
      };
    }),
};
