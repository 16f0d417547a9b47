import { below, findHidden, hiddenInResource } from "@waybill/core/images";
import type { Rule } from "../rule";

/** K1 cannot be checked on what cannot be seen into. */
export const noHiddenImages: Rule = {
  name: "no-hidden-images",
  description: "Outside the environment that builds, every object is one that the policies can see.",
  outsideDev: true,
  check: ({ type, objects }) => {
    const hidden = objects.flatMap((object) =>
      findHidden(object, object.value).map((one) => ({ ...one, path: below(object.path, one.path) })),
    );
    const expected = "objects whose images can be checked";
    return [hiddenInResource(type) ?? [], hidden].flat().map((one) => ({ ...one, expected }));
  },
};
