import { DECIDED } from "./decided";
import { AdmissionError, unknownEnvironment } from "./error";
import { type Guard, type KubernetesObject, ownLabels } from "./guard";
import { rbacSubject, type Subject } from "./subject";

/** Who may do what in one namespace of an environment, and the network policy that everything in it starts from. */
export function namespaceGuard(
  { environments }: Guard,
  namespace: string,
  environment: string,
): KubernetesObject[] {
  const found = environments.find((one) => one.name === environment);
  if (!found) throw unknownEnvironment(`namespace ${namespace}`, environment, environments);
  const { deployers, rollback, viewers } = found;
  if (deployers.length === 0) throw nobody(environment);
  return [
    ...role(namespace, "waybill-deployer", DEPLOYER, deployers),
    ...role(namespace, "waybill-rollback", ROLLBACK, rollback),
    ...role(namespace, "waybill-viewer", VIEWER, viewers),
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "waybill-default-deny", namespace, labels: ownLabels },
      // Each workload brings a policy for its own port.
      spec: { podSelector: {}, policyTypes: ["Ingress"] },
    },
  ];
}

interface AccessRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const READ = ["get", "list", "watch"] as const;
const WRITE = [...READ, "create", "update", "patch", "delete"] as const;

const SEE: readonly AccessRule[] = [
  { apiGroups: [""], resources: ["pods", "pods/log", "services", "events"], verbs: READ },
  {
    apiGroups: ["apps"],
    resources: ["deployments", "replicasets", "statefulsets", "daemonsets"],
    verbs: READ,
  },
  { apiGroups: ["batch"], resources: ["jobs", "cronjobs"], verbs: READ },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies", "ingresses"], verbs: READ },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: READ },
  { apiGroups: [""], resources: ["configmaps"], resourceNames: [DECIDED], verbs: ["get"] },
];

/** No exec, no debug containers, no roles: what deploys needs none of them. */
const DEPLOYER: readonly AccessRule[] = [
  { apiGroups: [""], resources: ["configmaps", "secrets", "services", "serviceaccounts"], verbs: WRITE },
  { apiGroups: [""], resources: ["pods"], verbs: [...READ, "delete"] },
  { apiGroups: [""], resources: ["pods/log", "events"], verbs: READ },
  { apiGroups: ["apps"], resources: ["deployments"], verbs: WRITE },
  { apiGroups: ["apps"], resources: ["replicasets"], verbs: READ },
  { apiGroups: ["batch"], resources: ["jobs", "cronjobs"], verbs: WRITE },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies", "ingresses"], verbs: WRITE },
  { apiGroups: ["gateway.networking.k8s.io"], resources: ["httproutes"], verbs: WRITE },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: WRITE },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: WRITE },
];

const ROLLBACK: readonly AccessRule[] = [
  ...SEE,
  { apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch", "update"] },
];

const VIEWER = SEE;

function role(
  namespace: string,
  name: string,
  rules: readonly AccessRule[],
  subjects: readonly Subject[],
): KubernetesObject[] {
  if (subjects.length === 0) return [];
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const metadata = { name, namespace, labels: ownLabels };
  return [
    { apiVersion, kind: "Role", metadata, rules },
    {
      apiVersion,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: subjects.map(rbacSubject),
    },
  ];
}

export function nobody(environment: string): AdmissionError {
  return new AdmissionError("nobody-deploys", {
    about: `environment ${environment}`,
    expected: "somebody who may deploy to it",
    found: "nobody",
    next: `Name them in promotion.yaml: cluster: { deployers: ["serviceaccount:ci/deployer"] }.`,
  });
}
