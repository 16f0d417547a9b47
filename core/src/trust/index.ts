export { type Authority, isFor, type Link, validityOf } from "./authority";
export { TrustError, type TrustErrorCode } from "./error";
export { CERTIFICATE_CLAIMS, type CertificateClaim, matchesPattern, type TrustedIdentity } from "./identity";
export {
  confinement,
  describeKey,
  isConfinedAway,
  isStrong,
  parsePublicKey,
  type PublicKey,
  toPublicKey,
} from "./key";
export type { SignerEntry, TrustDocument } from "./document";
export { filesBeside, type ReadFile } from "./files";
export { findTrustMistakes } from "./mistakes";
export {
  type Grant,
  loadTrust,
  parseTrust,
  parseTrustDocument,
  type Reason,
  type Trust,
  type TrustedSigner,
} from "./policy";
export { PREDICATE_TYPES, type PredicateName, predicateName, predicateType } from "./predicates";
export { type Log, parseTrustRoot, type TrustRoot } from "./root";
export { trustPartSchema, trustSchema } from "./schema";
export { contains, describeWindow, type Window } from "./window";
