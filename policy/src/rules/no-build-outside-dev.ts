import type { ResourceValidationPolicy } from "@pulumi/policy";
import { describeProblem } from "@waybill/core/problem";
import { isBuild } from "../builds";
import { configSchema, type Context } from "../context";
import { describeResource, type Resource } from "../resource";

/** B1: what is built again is another image, whatever its tag says; the tested one is promoted by its digest. */
export function noBuildOutsideDev(context: Context): ResourceValidationPolicy {
  return {
    name: "no-build-outside-dev",
    description: "Images are built in the first environment and nowhere else.",
    enforcementLevel: "mandatory",
    configSchema,
    validateResource: (args, report) => {
      const resource: Resource = args;
      const setting = context.setting(args.getConfig());
      if (setting.builds || !isBuild(resource)) return;
      const problem = describeProblem({
        about: describeResource(resource),
        expected: "no resource that builds, tags or pushes an image outside the environment that builds",
        found: `a ${resource.type}`,
        next: "Build in the first environment, and take the image's digest from its stack.",
      });
      report(`${problem} ${setting.why}`);
    },
  };
}
