import { pick } from "../pick";
import type { KubeObject } from "../objects";
import type { Rule } from "../rule";

/** Which release of Kubernetes stopped serving a version; of all kinds of its group, or of some. */
interface Removed {
  readonly release: number;
  readonly versions: string;
  readonly kinds?: string;
  readonly instead: string;
}

/** From the deprecation guide of Kubernetes; releases are 1.N. */
const REMOVED: readonly Removed[] = [
  { release: 16, versions: "apps/v1beta1 apps/v1beta2", instead: "apps/v1" },
  {
    release: 16,
    versions: "extensions/v1beta1",
    kinds: "Deployment DaemonSet ReplicaSet",
    instead: "apps/v1",
  },
  { release: 16, versions: "extensions/v1beta1", kinds: "NetworkPolicy", instead: "networking.k8s.io/v1" },
  {
    release: 16,
    versions: "extensions/v1beta1",
    kinds: "PodSecurityPolicy",
    instead: "Pod Security Admission",
  },
  { release: 21, versions: "batch/v2alpha1", instead: "batch/v1" },
  {
    release: 22,
    versions: "extensions/v1beta1 networking.k8s.io/v1beta1",
    kinds: "Ingress IngressClass",
    instead: "networking.k8s.io/v1",
  },
  {
    release: 22,
    versions: "admissionregistration.k8s.io/v1beta1",
    kinds: "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
    instead: "admissionregistration.k8s.io/v1",
  },
  { release: 22, versions: "apiextensions.k8s.io/v1beta1", instead: "apiextensions.k8s.io/v1" },
  { release: 22, versions: "apiregistration.k8s.io/v1beta1", instead: "apiregistration.k8s.io/v1" },
  {
    release: 22,
    versions: "authentication.k8s.io/v1beta1",
    kinds: "TokenReview",
    instead: "authentication.k8s.io/v1",
  },
  { release: 22, versions: "authorization.k8s.io/v1beta1", instead: "authorization.k8s.io/v1" },
  {
    release: 22,
    versions: "certificates.k8s.io/v1beta1",
    kinds: "CertificateSigningRequest",
    instead: "certificates.k8s.io/v1",
  },
  { release: 22, versions: "coordination.k8s.io/v1beta1", kinds: "Lease", instead: "coordination.k8s.io/v1" },
  {
    release: 22,
    versions: "rbac.authorization.k8s.io/v1beta1 rbac.authorization.k8s.io/v1alpha1",
    instead: "rbac.authorization.k8s.io/v1",
  },
  {
    release: 22,
    versions: "scheduling.k8s.io/v1beta1",
    kinds: "PriorityClass",
    instead: "scheduling.k8s.io/v1",
  },
  {
    release: 22,
    versions: "storage.k8s.io/v1beta1",
    kinds: "CSIDriver CSINode StorageClass VolumeAttachment",
    instead: "storage.k8s.io/v1",
  },
  { release: 25, versions: "autoscaling/v2beta1", instead: "autoscaling/v2" },
  { release: 25, versions: "batch/v1beta1", instead: "batch/v1" },
  { release: 25, versions: "discovery.k8s.io/v1beta1", instead: "discovery.k8s.io/v1" },
  { release: 25, versions: "events.k8s.io/v1beta1", instead: "events.k8s.io/v1" },
  { release: 25, versions: "node.k8s.io/v1beta1", instead: "node.k8s.io/v1" },
  { release: 25, versions: "policy/v1beta1", kinds: "PodDisruptionBudget", instead: "policy/v1" },
  { release: 25, versions: "policy/v1beta1", kinds: "PodSecurityPolicy", instead: "Pod Security Admission" },
  { release: 26, versions: "autoscaling/v2beta2", instead: "autoscaling/v2" },
  {
    release: 26,
    versions: "flowcontrol.apiserver.k8s.io/v1beta1",
    instead: "flowcontrol.apiserver.k8s.io/v1",
  },
  {
    release: 27,
    versions: "storage.k8s.io/v1beta1",
    kinds: "CSIStorageCapacity",
    instead: "storage.k8s.io/v1",
  },
  {
    release: 29,
    versions: "flowcontrol.apiserver.k8s.io/v1beta2",
    instead: "flowcontrol.apiserver.k8s.io/v1",
  },
  {
    release: 32,
    versions: "flowcontrol.apiserver.k8s.io/v1beta3",
    instead: "flowcontrol.apiserver.k8s.io/v1",
  },
];

/** K6: an object in a version that the cluster no longer serves fails in the middle of an update. */
export const apiVersionServed: Rule = {
  name: "api-version-served",
  description: "Every object is written in a version that its cluster still serves.",
  check: ({ objects }, { kubernetes }) => {
    // The cluster is not asked; where nobody says which release it is, it is the newest.
    const release = kubernetes === undefined ? Infinity : Number(kubernetes.split(".")[1]);
    return objects.flatMap((object) => {
      const removed = REMOVED.find((one) => one.release <= release && covers(one, object));
      if (!removed) return [];
      return {
        path: object.path === "" ? "apiVersion" : `${object.path}.apiVersion`,
        subject: nameOf(object),
        expected: removed.instead,
        found: `${object.apiVersion}, which Kubernetes serves no more since 1.${removed.release}`,
        next: "Write it in the new version; older clusters: say which release it is, with the policy's configuration kubernetes.",
      };
    });
  },
};

function covers({ versions, kinds }: Removed, { apiVersion, kind }: KubeObject): boolean {
  return (
    versions.split(" ").includes(apiVersion) &&
    (kinds === undefined || kinds.split(" ").includes(kind.replace(/List$/, "")))
  );
}

function nameOf({ kind, value }: KubeObject): string {
  const name = pick(value, "metadata", "name");
  return typeof name === "string" ? ` of ${kind} ${JSON.stringify(name)}` : ` of ${kind}`;
}
