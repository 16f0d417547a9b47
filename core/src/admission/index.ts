export { DECIDED, decidedImages, decidedLines } from "./decided";
export { AdmissionError, type AdmissionErrorCode } from "./error";
export {
  type Enforcement,
  ENVIRONMENT_LABEL,
  type Guard,
  type GuardedEnvironment,
  type KubernetesObject,
  namespaceLabels,
} from "./guard";
export { clusterGuard } from "./cluster";
export { inRegistries, matches, PINNED, type ReferencePattern } from "./references";
export { namespaceGuard } from "./rbac";
export { parseSubject, type Subject } from "./subject";
export { WATCH } from "./watch";
