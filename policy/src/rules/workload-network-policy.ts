import { UNKNOWN } from "@waybill/core/images";
import { pick } from "../pick";
import type { Resource } from "../resource";
import type { Finding } from "../rule";

/** Seen only in the whole stack, so that in an update it comes when everything is done: it keeps nothing bad out by itself. */
export const workloadNetworkPolicy = {
  name: "workload-network-policy",
  description: "Every namespace with workloads has a network policy in the same stack.",
  outsideDev: true,
  check: (resources: readonly Resource[]): readonly (Finding & { readonly resource: Resource })[] => {
    const guarded = new Set(
      resources.flatMap(({ objects }) =>
        objects.filter(({ kind }) => kind === "NetworkPolicy").map(namespaceOf),
      ),
    );
    return resources
      .filter(({ isPatch, pods }) => !isPatch && pods.length > 0)
      .filter(({ objects }) => !objects.every((object) => guarded.has(namespaceOf(object))))
      .map((resource) => ({
        resource,
        path: "metadata.namespace",
        expected: "a NetworkPolicy in this namespace, declared in the same stack",
        found: "none: everything may speak to its pods",
        next: "Declare one that lets in what must come in, as the Workload of @waybill/components does.",
      }));
  },
} as const;

/** A namespace that is unknown yet is one of its own. */
function namespaceOf({ value }: { readonly value: unknown }): unknown {
  const namespace = pick(value, "metadata", "namespace");
  return namespace === UNKNOWN ? UNKNOWN : (namespace ?? "default");
}
