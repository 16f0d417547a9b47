/** The predicate types that Waybill reads and writes, by the short names that policy files and the command use. */
export const PREDICATE_TYPES = {
  signature: "https://sigstore.dev/cosign/sign/v1",
  provenance: "https://slsa.dev/provenance/v1",
  "test-result": "https://in-toto.io/attestation/test-result/v0.1",
  vulns: "https://in-toto.io/attestation/vulns/v0.2",
  spdx: "https://spdx.dev/Document",
  cyclonedx: "https://cyclonedx.org/bom",
  vsa: "https://slsa.dev/verification_summary/v1",
  block: "https://waybill.dev/evidence/block/v1",
  revocation: "https://waybill.dev/evidence/revocation/v1",
  deployment: "https://waybill.dev/evidence/deployment/v1",
  approval: "https://waybill.dev/evidence/approval/v1",
  review: "https://waybill.dev/evidence/review/v1",
  incidents: "https://waybill.dev/evidence/incidents/v1",
  load: "https://waybill.dev/evidence/load/v1",
  compatibility: "https://waybill.dev/evidence/compatibility/v1",
  override: "https://waybill.dev/evidence/override/v1",
  exception: "https://waybill.dev/evidence/exception/v1",
} as const;

export type PredicateName = keyof typeof PREDICATE_TYPES;

/** The type URI behind a short name; a URI stands for itself. */
export function predicateType(nameOrType: string): string {
  return isPredicateName(nameOrType) ? PREDICATE_TYPES[nameOrType] : nameOrType;
}

/** The short name of a type where it has one. */
export function predicateName(type: string): string {
  return Object.entries(PREDICATE_TYPES).find(([, uri]) => uri === type)?.[0] ?? type;
}

function isPredicateName(text: string): text is PredicateName {
  return Object.hasOwn(PREDICATE_TYPES, text);
}
