import type { ResourceValidationPolicy } from "@pulumi/policy";
import { describeProblem } from "@waybill/core/problem";
import { configSchema, type Context } from "../context";
import { describeResource, type Resource } from "../resource";

/** A Release hands its chart to Helm inside the provider: the objects in it never reach a policy (pulumi-kubernetes#2057). */
const OPAQUE = new Set(["kubernetes:helm.sh/v3:Release"]);

/** K1 cannot be checked on what cannot be seen into. */
export function noHiddenImages(context: Context): ResourceValidationPolicy {
  return {
    name: "no-hidden-images",
    description: "Outside the environment that builds, every object is one that the policies can see.",
    enforcementLevel: "mandatory",
    configSchema,
    validateResource: (args, report) => {
      const resource: Resource = args;
      const setting = context.setting(args.getConfig());
      if (setting.builds || !OPAQUE.has(resource.type)) return;
      const problem = describeProblem({
        about: describeResource(resource),
        expected: "objects whose images can be checked",
        found: "a Helm release, whose objects no policy sees",
        next: "Use kubernetes.helm.v4.Chart, which declares each object of the chart as a resource.",
      });
      report(`${problem} ${setting.why}`);
    },
  };
}
