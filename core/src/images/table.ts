/** Where one kind keeps an image: a path in which `[]` stands for each element of a list. */
export interface ImageField {
  readonly path: string;
  /** The API reads an empty text here as "not set" (Kubernetes: an image volume without a reference yet). */
  readonly emptyMeansUnset?: true;
}

interface Row {
  readonly groups: readonly string[];
  readonly kind: string;
  readonly fields: readonly ImageField[];
}

/** Every field of a pod spec that makes the node fetch an image. */
export function podSpecFields(podSpec: string): ImageField[] {
  return [
    { path: `${podSpec}.containers[].image` },
    { path: `${podSpec}.initContainers[].image` },
    { path: `${podSpec}.ephemeralContainers[].image` },
    { path: `${podSpec}.volumes[].image.reference`, emptyMeansUnset: true },
  ];
}

const TEMPLATE = podSpecFields("spec.template.spec");

/** One row for each kind that carries images. Group `extensions` is where the apps kinds came from. */
const ROWS: readonly Row[] = [
  { groups: [""], kind: "Pod", fields: podSpecFields("spec") },
  { groups: [""], kind: "PodTemplate", fields: podSpecFields("template.spec") },
  { groups: [""], kind: "ReplicationController", fields: TEMPLATE },
  { groups: ["apps", "extensions"], kind: "Deployment", fields: TEMPLATE },
  { groups: ["apps", "extensions"], kind: "ReplicaSet", fields: TEMPLATE },
  { groups: ["apps", "extensions"], kind: "DaemonSet", fields: TEMPLATE },
  { groups: ["apps"], kind: "StatefulSet", fields: TEMPLATE },
  { groups: ["batch"], kind: "Job", fields: TEMPLATE },
  { groups: ["batch"], kind: "CronJob", fields: podSpecFields("spec.jobTemplate.spec.template.spec") },
  ...withoutImages("", [
    "ConfigMap",
    "Endpoints",
    "LimitRange",
    "Namespace",
    "PersistentVolume",
    "PersistentVolumeClaim",
  ]),
  ...withoutImages("", ["ResourceQuota", "Secret", "Service", "ServiceAccount"]),
  ...withoutImages("autoscaling", ["HorizontalPodAutoscaler"]),
  ...withoutImages("networking.k8s.io", ["Ingress", "IngressClass", "NetworkPolicy"]),
  ...withoutImages("policy", ["PodDisruptionBudget"]),
  ...withoutImages("rbac.authorization.k8s.io", ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]),
];

/** Known to carry none, so that nothing in them is guessed to be one. */
function withoutImages(group: string, kinds: readonly string[]): Row[] {
  return kinds.map((kind) => ({ groups: [group], kind, fields: [] }));
}

/** What a kind is called, as in every Kubernetes object. */
export interface ObjectKind {
  readonly apiVersion: string;
  readonly kind: string;
}

const FIELDS = new Map(
  ROWS.flatMap(({ groups, kind, fields }) => groups.map((group) => [`${group}/${kind}`, fields] as const)),
);

/** The image fields of a kind, in any of its versions; undefined for a kind that the table does not know. */
export function imageFieldsOf({ apiVersion, kind }: ObjectKind): readonly ImageField[] | undefined {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return FIELDS.get(`${group}/${kind}`);
}
