import type { ImageReference } from "@waybill/core/image";
import { isAllowedRegistry } from "@waybill/core/images";
import { externalAt, type Promotion } from "@waybill/core/promotion";
import { referenceIn } from "../reference";
import { HIDDEN, type Rule, showImage } from "../rule";

/** K2. A digest says what an image is, not who could have put something else under it before anybody looked. */
export const registryAllowed: Rule = {
  name: "registry-allowed",
  description: "Every image lies in one of the registries of promotion.yaml.",
  check: ({ images }, run) => {
    const { known } = run.setting;
    if (!known?.promotion.registries) return [];
    const { registries } = known.promotion;
    return images.flatMap((occurrence) => {
      if (typeof occurrence.image !== "string") return [];
      const place = referenceIn(occurrence.image);
      if (
        place === undefined
          ? run.setting.builds && occurrence.guessed
          : mayCome(place, known.promotion, run.now)
      )
        return [];
      const { subject, show } = showImage(occurrence, run);
      const found =
        place === undefined
          ? "no image that says where it lies"
          : JSON.stringify(`${place.registry}/${place.repository}`);
      return {
        path: occurrence.path,
        subject,
        expected: `an image in one of: ${registries.join(", ")}`,
        found: show ? found : HIDDEN,
        next: "Take it from there; or list its repository in registries or external of promotion.yaml.",
        ...(run.setting.builds && occurrence.guessed && { warns: true }),
      };
    });
  },
};

/** Where images may come from: nobody else is asked anything. */
export function mayCome(image: ImageReference, promotion: Promotion, now: Date): boolean {
  const repositories = externalAt(promotion, now).map(({ repository }) => repository);
  return isAllowedRegistry(image, { registries: promotion.registries, repositories });
}
