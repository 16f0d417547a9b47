import type { Digest } from "../image";
import { type CertificateClaim, PREDICATE_TYPES, type Reason } from "../trust";
import type { EvidenceError } from "./error";
import type { Predicates } from "./predicates";
import type { SignerId } from "./signers";

/** A bundle as it was found, and where. */
export interface Piece {
  readonly source: string;
  readonly bytes: Uint8Array;
}

export interface Question {
  readonly digest: Digest;
  /** For which environment it is to count; undefined only to list what there is, whatever it counts for. */
  readonly environment: string | undefined;
  /** host[:port] of the image; undefined where only the digest is known. */
  readonly registry: string | undefined;
  readonly now: Date;
}

/** Something that a trusted signer said about the digest, and may say. */
export interface Claim {
  readonly source: string;
  readonly id: string;
  readonly predicateType: string;
  readonly predicate: unknown;
  readonly signer: SignerId;
  /** Names of the trust policy's entries that grant it. */
  readonly trustedAs: readonly string[];
  /** What the certificate says about the build that held it; empty for a key. */
  readonly certificate: Readonly<Partial<Record<CertificateClaim, string>>>;
  /** When a trusted third party saw it first; undefined is "no trusted time". */
  readonly time: Date | undefined;
  readonly logged: boolean;
}

export interface Refused {
  readonly source: string;
  /** What it says it is; not to be relied on. */
  readonly predicateType: string | undefined;
  readonly error: EvidenceError;
  /** What it says, where nothing but a revocation stands against it. */
  readonly revoked?: Claim;
}

/** All that the evidence of one digest amounts to, oldest first. */
export interface Report {
  readonly question: Question;
  readonly claims: readonly Claim[];
  readonly refused: readonly Refused[];
  /** Why the digest must not run at all; empty where nothing forbids it. */
  readonly blocks: readonly Reason[];
}

/** The predicate of a claim, if it is of this type. */
export function predicateOf<Name extends keyof Predicates>(
  claim: Claim,
  name: Name,
): Predicates[Name] | undefined {
  return claim.predicateType === PREDICATE_TYPES[name] ? (claim.predicate as Predicates[Name]) : undefined;
}
