export { confinement, describeKey, isConfinedAway, isStrong, toPublicKey } from "../trust";
export { type Bundle, evidenceId, parseBundle, toEnvelope } from "./bundle";
export { EvidenceError, type EvidenceErrorCode } from "./error";
export { type Holding, type Impact, trustImpact, withoutSigner } from "./impact";
export { findRepeatedKey } from "./json";
export { LIMITS } from "./limits";
export {
  type Block,
  type Approval,
  checkPredicate,
  type Compatibility,
  type CycloneDx,
  type Deployment,
  type Exception,
  type Finding,
  type Incidents,
  type Load,
  type Override,
  type Predicates,
  type PredicateSchemas,
  type Provenance,
  type ReleasedImage,
  releasedImageSchema,
  type Resource,
  type Review,
  type Revocation,
  type Spdx,
  standardPredicates,
  type TestResult,
  type VerificationSummary,
  type Vulns,
} from "./predicates";
export {
  type BuildSource,
  checkProvenance,
  type ExpectedBuild,
  type ProvenancePoints,
  provenanceRefusal,
  sourceOf,
} from "./provenance";
export { BUNDLE_MEDIA_TYPE, type Descriptor, readReferrer, type Referrer, writeReferrer } from "./referrer";
export { type Claim, type Piece, predicateOf, type Question, type Refused, type Report } from "./report";
export { requireEvidence, type Requirement, type Verdict } from "./requirement";
export type { SignerId } from "./signers";
export { type Artifact, verifiesWith } from "./sigstore";
export {
  isAbout,
  parseStatement,
  PAYLOAD_TYPE,
  type Statement,
  type Subject,
  writeStatement,
} from "./statement";
export { type ExpectedSummary, summaryRefusal } from "./summary";
export { type BundleQuestion, type VerifiedBundle, verifyBundle } from "./verifyBundle";
export { verifyEvidence } from "./verifier";
