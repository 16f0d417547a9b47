import { isBuild } from "../builds";
import type { Rule } from "../rule";

/** B1: what is built again is another image, whatever its tag says; the tested one is promoted by its digest. */
export const noBuildOutsideDev: Rule = {
  name: "no-build-outside-dev",
  description: "Images are built in the first environment and nowhere else.",
  outsideDev: true,
  check: (resource) =>
    !isBuild(resource)
      ? []
      : [
          {
            path: "",
            expected: "no resource that builds, tags or pushes an image outside the environment that builds",
            found: `a ${resource.type}`,
            next: "Build in the first environment, and take the image's digest from its stack.",
          },
        ],
};
