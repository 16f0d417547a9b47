import { WaybillError } from "../problem";

/** What to do next, by code; the keys are the closed set of codes. */
const NEXT = {
  // What was read is not what it claims to be.
  "bundle-format": "Ask whoever wrote it to write it again; it cannot be used.",
  "bundle-too-large": "Split the evidence; nothing of this size is read.",
  "not-a-referrer": "Ignore it; the registry or the tag lists what does not belong to this image.",
  "payload-type": "Sign an in-toto statement (application/vnd.in-toto+json) instead.",
  "statement-format": "Ask whoever wrote it to write it again; it cannot be used.",
  "statement-type": "Sign an in-toto statement of version 1.",
  "subject-missing": "Sign a statement that names the image by its digest.",
  "predicate-unknown": "Use one of the predicate types that `waybill attest --help` lists.",
  "predicate-invalid": "Correct the predicate and sign it again.",
  // It is about something else.
  "subject-mismatch": "Use the evidence of this very digest; a name or tag proves nothing.",
  "digest-hint-mismatch": "Do not use this bundle: it was changed after it was signed.",
  "predicate-type": "Use the evidence of the type that was asked for.",
  // The signature or its certificate does not hold.
  "artifact-needed": "Give the artifact itself instead of its digest.",
  "certificate-chain": "Do not use this bundle; have the artifact signed again.",
  "certificate-expired": "Have the artifact signed again by an authority that is valid.",
  "certificate-invalid": "Do not use this bundle; have the artifact signed again.",
  "identity-mismatch": "Trust this signer in the trust policy, if it is the right one.",
  "issuer-mismatch": "Trust this issuer in the trust policy, if it is the right one.",
  "key-confined": "Sign with a key that is meant for this registry.",
  "key-unknown": "Trust the key in the trust policy, if it is the right one.",
  "no-policy": "Say whom to trust: a key, or an identity together with its issuer.",
  "sct-invalid": "Do not use this bundle; the certificate was not logged where it says.",
  "signature-invalid": "Do not use this bundle: it was changed, or signed by somebody else.",
  "time-outside-certificate": "Do not use this bundle; it was signed when its certificate was not valid.",
  "untrusted-root": "Use the trusted root of the sigstore instance that issued the certificate.",
  // Time and transparency log.
  checkpoint: "Do not use this bundle; fetch the log's proof again or have the artifact signed again.",
  "inclusion-proof": "Do not use this bundle; fetch the log's proof again or have the artifact signed again.",
  "log-entry-mismatch": "Do not use this bundle; its log entry belongs to something else.",
  "log-key-expired": "Have the artifact signed again, with a log whose key is valid.",
  "log-missing": "Sign again with the transparency log switched on.",
  "log-promise": "Do not use this bundle; have the artifact signed again.",
  "log-signature-mismatch": "Do not use this bundle; another signature was logged.",
  "log-unknown": "Use the trusted root that has this log.",
  "no-inclusion-proof": "Have the artifact signed again; the log is never asked when verifying.",
  "no-trusted-time": "Sign again with a timestamp authority switched on.",
  "time-in-future": "Check this machine's clock, and the timestamp authority.",
  "timestamp-expired": "Have the artifact signed again, with a timestamp authority that is valid.",
  "timestamp-invalid": "Do not use this bundle; have the artifact signed again.",
  "timestamp-mismatch": "Do not use this bundle; its timestamp belongs to something else.",
  "timestamp-untrusted": "Use the trusted root that has this timestamp authority.",
  // The trust policy says no.
  blocked: "Build and promote another image; this one is blocked for good.",
  "not-granted": "Let a signer sign who may say this for this environment, or grant it in the trust policy.",
  "outside-window": "Let a signer sign whom the trust policy trusts at this time.",
  revoked: "Produce the evidence again; this one no longer counts.",
  "signer-compromised": "Let another signer sign; this one is cut off.",
  // All pieces together do not suffice.
  "no-trusted-evidence": "See above why each piece does not count, and produce one that does.",
  "predicate-missing": "Produce evidence of this type and attach it to the digest.",
  stale: "Produce the evidence again; it is too old.",
  threshold: "Let more of the trusted signers sign.",
  "too-many": "Find out who attached so much evidence to the digest, and remove it.",
  // The content says no.
  "branch-unprotected": "Build from a protected branch.",
  "builder-untrusted": "Build with the trusted builder.",
  "source-mismatch": "Build from the repository that is expected.",
  "vsa-level": "Get the image verified at the level that is asked for.",
  "vsa-resource": "Use the summary of this very image.",
  "vsa-result": "Look up why the verification failed.",
  "vsa-verifier": "Use the summary of a verifier that is trusted.",
} as const;

export type EvidenceErrorCode = keyof typeof NEXT;

export class EvidenceError extends WaybillError<EvidenceErrorCode> {}

export function refusal(
  code: EvidenceErrorCode,
  about: string,
  expected: string,
  found: string,
  cause?: unknown,
): EvidenceError {
  const problem = { about, expected, found, next: NEXT[code] };
  return new EvidenceError(code, problem, cause === undefined ? undefined : { cause });
}
