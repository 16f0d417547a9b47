export type { Enforcement, PromotionDocument } from "./document";
export { formatDuration, parseDuration } from "./duration";
export { PromotionError, type PromotionErrorCode } from "./error";
export { externalAt, levelOf, ruleExceptions } from "./levels";
export { loadPromotion, loadTrustOf, parsePromotion } from "./load";
export { findPlace, type Place, stackName, upstreamOf } from "./place";
export type {
  Cluster,
  Environment,
  Excuse,
  ExpectedProvenance,
  External,
  ImagePath,
  Level,
  Promotion,
  RuleException,
  Service,
} from "./promotion";
export { rulesFor } from "./resolve";
export type { Freeze, Gate, GateKind, Person, Rules, ScanException } from "./rules";
export { promotionSchema } from "./schema";
export { findWarnings } from "./warnings";
export { type FreezeWindow, windowOf } from "./windows";
export { describeGate } from "./words";
