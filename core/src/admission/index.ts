export { DECIDED, DECIDED_PREFIX, decidedBy, decidedImages, decidedLines } from "./decided";
export { AdmissionError, type AdmissionErrorCode } from "./error";
export {
  ENVIRONMENT_LABEL,
  type Guard,
  type GuardedEnvironment,
  type KubernetesObject,
  namespaceLabels,
} from "./guard";
export { type ClusterOptions, guardOf } from "./from-promotion";
export { clusterGuard } from "./cluster";
export { inRegistries, matches, PINNED, type ReferencePattern } from "./references";
export { kyvernoPolicies } from "./kyverno";
export { namespaceGuard } from "./rbac";
export { parseSubject, type Subject } from "./subject";
export { watch } from "./watch";
