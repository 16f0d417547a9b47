export { Audit, type Audited, type Source } from "./audit";
export { unifiedDiff } from "./diff";
export { applyEdits, type Edit } from "./edit";
export { type Answer, type Asked, type Finding, NOT_ASKED, type Rules } from "./judge";
export type { Occurrence, Place, Unread, Workload } from "./occurrence";
export { type GuessedEnvironment, guessEnvironment } from "./risk";
export { type Files, kustomizationIn, KUSTOMIZATION_NAMES } from "./kustomize/files";
export { type FixPlan, isFixable, planFix } from "./fix";
