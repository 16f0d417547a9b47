import type { KubernetesObject } from "./guard";
import { binding, policy } from "./policy";

export const WATCH = "waybill-watch";

/**
 * The API server watches ConfigMaps only while some policy asks for one, and once it has stopped it never begins again
 * until it is restarted: whoever took the policies away and put them back would get lists as they were then. (Seen with
 * 1.36.3: the informer is shared, and one that was stopped cannot be started.) This policy asks, and matches nothing; it is to outlive
 * everything else that is generated.
 */
export function watch(): { readonly policy: KubernetesObject; readonly binding: KubernetesObject } {
  return {
    policy: policy(WATCH, {
      params: { apiVersion: "v1", kind: "ConfigMap" },
      rules: [
        {
          apiGroups: ["waybill.dev"],
          apiVersions: ["v1"],
          operations: ["CREATE"],
          resources: ["nothing"],
          scope: "Namespaced",
        },
      ],
      variables: [],
      validations: [{ expression: "true", reason: "Forbidden" }],
    }),
    binding: binding({
      name: WATCH,
      policy: WATCH,
      enforcement: "audit",
      param: { name: WATCH, parameterNotFoundAction: "Allow" },
    }),
  };
}
