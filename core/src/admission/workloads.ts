import type { Rule } from "./policy";

const both = ["CREATE", "UPDATE"] as const;
const rule = (apiGroup: string, ...resources: string[]): Rule => ({
  apiGroups: [apiGroup],
  apiVersions: ["v1"],
  operations: both,
  resources,
  scope: "Namespaced",
});

/** Every built-in resource with a pod spec. A subresource is matched only where it is named: `kubectl debug` writes to one. */
export const WORKLOADS: readonly Rule[] = [
  rule("", "pods", "pods/ephemeralcontainers", "replicationcontrollers", "podtemplates"),
  rule("apps", "deployments", "replicasets", "statefulsets", "daemonsets"),
  rule("batch", "jobs", "cronjobs"),
];

export const EVERYTHING: readonly Rule[] = [
  { apiGroups: ["*"], apiVersions: ["*"], operations: both, resources: ["*"], scope: "Namespaced" },
];

/** Kubernetes' own groups: what of them carries images is in WORKLOADS. */
export const BUILT_IN_GROUPS = [
  "",
  "apps",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "extensions",
  "networking.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "storage.k8s.io",
] as const;

export const BUILT_IN: readonly Rule[] = [
  {
    apiGroups: BUILT_IN_GROUPS,
    apiVersions: ["*"],
    operations: both,
    resources: ["*"],
    scope: "Namespaced",
  },
];
