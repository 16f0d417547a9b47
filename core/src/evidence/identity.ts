import { quote } from "../image";
import { type CertificateClaim, matchesPattern, type TrustedIdentity } from "../trust";
import { type EvidenceError, refusal } from "./error";
import type { Leaf } from "./sigstore";

/** Why a certificate is not the one that is trusted; undefined where it is. Whole names, never a part of one (SIG-081). */
export function identityRefusal(
  about: string,
  leaf: Leaf,
  trusted: TrustedIdentity,
): EvidenceError | undefined {
  if (leaf.issuer !== trusted.issuer) {
    return refusal("issuer-mismatch", about, `the issuer ${trusted.issuer}`, quote(leaf.issuer));
  }
  if (!isNamed(leaf.identity, trusted)) {
    const expected = trusted.identity ?? `a name like ${trusted.pattern ?? ""}`;
    return refusal("identity-mismatch", about, `the identity ${expected}`, quote(leaf.identity));
  }
  const claims = Object.entries(trusted.certificate) as [CertificateClaim, string][];
  const other = claims.find(([name, expected]) => leaf.claims[name] !== expected);
  if (!other) return undefined;
  const [name, expected] = other;
  return refusal(
    "identity-mismatch",
    about,
    `a certificate with ${name} ${expected}`,
    quote(leaf.claims[name] ?? "none"),
  );
}

function isNamed(identity: string, trusted: TrustedIdentity): boolean {
  if (trusted.identity !== undefined) return identity === trusted.identity;
  return trusted.pattern !== undefined && matchesPattern(trusted.pattern, identity);
}
