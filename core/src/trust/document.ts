import type { CertificateClaim } from "./identity";

/** A trust policy as it is written; its schema holds it to this shape. */
export interface TrustDocument {
  version: 1;
  roots?: Record<string, { file: string } | { document: object }>;
  signers: SignerEntry[];
  blocked?: (ReasonEntry & { digest: string })[];
  revoked?: (ReasonEntry & { evidence: string })[];
}

export interface SignerEntry {
  name: string;
  key?: { file: string } | { pem: string };
  issuer?: string;
  identity?: string;
  identityPattern?: string;
  certificate?: Partial<Record<CertificateClaim, string>>;
  root?: string;
  log?: "required" | "optional";
  may: { say: string[]; for: string[] }[];
  from?: string;
  until?: string;
  compromised?: string;
}

export interface ReasonEntry {
  reason: string;
  by: string;
  at: string;
}
