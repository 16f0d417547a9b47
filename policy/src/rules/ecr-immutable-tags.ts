import { UNKNOWN } from "@waybill/core/images";
import { isEcrRepository } from "../ecr";
import { notKnownYet, type Rule } from "../rule";

/** K7: whoever may move a tag can make people look at another image than the one that runs. */
export const ecrImmutableTags: Rule = {
  name: "ecr-immutable-tags",
  description: "Tags in ECR repositories cannot be moved.",
  check: (resource, run) => {
    if (!isEcrRepository(resource)) return [];
    const { imageTagMutability: found } = resource.props;
    const path = "imageTagMutability";
    if (found === UNKNOWN) return [notKnownYet(path, "IMMUTABLE", run)];
    if (found === "IMMUTABLE") return [];
    const next = "Set it; the EcrRepository of @waybill/components does.";
    return [
      {
        path,
        expected: "IMMUTABLE",
        found: typeof found === "string" ? found : "nothing, which is MUTABLE",
        next,
      },
    ];
  },
};
