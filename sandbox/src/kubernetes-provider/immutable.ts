import { covers, parsePath, valueAt, type Path } from "@waybill/provider";
import type { Settings } from "./config";
import type { Gvk } from "./kind";
import type { KubeObject } from "./object";

/** Fields that Kubernetes never changes in an existing object; the same table as the official provider's. */
const table: Readonly<Record<string, string>> = {
  "apps/Deployment": "spec.selector",
  "apps/DaemonSet": "spec.selector",
  "apps/StatefulSet":
    "spec.podManagementPolicy spec.revisionHistoryLimit spec.selector spec.serviceName spec.volumeClaimTemplates",
  "batch/Job": "spec.completions spec.parallelism spec.selector spec.template",
  "rbac.authorization.k8s.io/RoleBinding": "roleRef",
  "rbac.authorization.k8s.io/ClusterRoleBinding": "roleRef",
  "storage.k8s.io/StorageClass": "parameters provisioner",
  "/PersistentVolumeClaim": "spec.accessModes spec.selector spec.storageClassName spec.volumeName",
  "/ResourceQuota": "spec.scopes",
  "/Service": "spec.clusterIP",
  "/Secret": "type",
  "/Pod":
    "spec.affinity spec.automountServiceAccountToken spec.dnsConfig spec.dnsPolicy spec.enableServiceLinks " +
    "spec.hostAliases spec.hostIPC spec.hostNetwork spec.hostPID spec.hostname spec.imagePullSecrets spec.nodeName " +
    "spec.nodeSelector spec.overhead spec.preemptionPolicy spec.priority spec.priorityClassName spec.readinessGates " +
    "spec.restartPolicy spec.runtimeClassName spec.schedulerName spec.securityContext spec.serviceAccount " +
    "spec.serviceAccountName spec.shareProcessNamespace spec.subdomain spec.terminationGracePeriodSeconds " +
    "spec.volumes spec.containers spec.initContainers",
};
const identity = "metadata.name metadata.namespace";

/** Whether a change at `path` needs a new object. */
export function needsReplacement(gvk: Gvk, object: KubeObject, settings: Settings): (path: Path) => boolean {
  const fields = `${identity} ${table[`${gvk.group}/${gvk.kind}`] ?? ""} ${payload(gvk, object, settings)}`;
  const patterns = fields.split(" ").flatMap((field) => (field === "" ? [] : [parsePath(field) ?? []]));
  const isWithin = (path: Path, pattern: Path) =>
    covers(path, pattern) && valueAt(object, pattern) !== undefined;
  return (path) => patterns.some((pattern) => covers(pattern, path) || isWithin(path, pattern));
}

/** Pods read them only once, at their start; so new content is a new object, unless the user says otherwise. */
function payload({ group, kind }: Gvk, object: KubeObject, settings: Settings): string {
  const frozen = valueAt(object, ["immutable"]) === true;
  if (group !== "") return "";
  if (kind === "ConfigMap" && (frozen || !settings.mutableConfigMaps)) return "data binaryData";
  if (kind === "Secret" && (frozen || !settings.mutableSecrets)) return "data stringData";
  return "";
}
