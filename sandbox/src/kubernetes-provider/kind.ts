import { ProviderError } from "@waybill/provider";

export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const token = /^kubernetes:([^/:]+)\/([^/:]+):([A-Za-z0-9]+)$/;

/** `kubernetes:apps/v1:Deployment`; the core group is written `core`. */
export function parseKind(type: string): Gvk {
  const [, group = "", version = "", kind = ""] = token.exec(type) ?? [];
  const reason = refusal(group, kind);
  if (reason === undefined) return { group: group === "core" ? "" : group, version, kind };
  throw new ProviderError("unsupported", {
    about: `resource type ${type}`,
    expected: "kubernetes:<group>/<version>:<Kind> of one object",
    found: reason.found,
    next: reason.next,
  });
}

function refusal(group: string, kind: string): { found: string; next: string } | undefined {
  if (kind === "") return { found: "another form", next: "Use the resource class of the object itself." };
  if (group === "helm.sh")
    return { found: "a Helm release", next: "Install the official Kubernetes plugin to use Helm." };
  // A custom resource may well be called PrefixList; the words are taken only where Kubernetes defines the kinds.
  const builtIn = !group.includes(".") || group.endsWith(".k8s.io");
  if (builtIn && kind.endsWith("List"))
    return { found: "a list", next: "Lists exist for YAML and Helm; declare each object by itself." };
  if (builtIn && kind.endsWith("Patch"))
    return { found: "a patch of an object", next: "Install the official Kubernetes plugin to use patches." };
  return undefined;
}

export function apiVersionOf({ group, version }: Gvk): string {
  return group === "" ? version : `${group}/${version}`;
}
