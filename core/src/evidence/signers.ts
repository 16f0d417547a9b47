import { quote } from "../image";
import {
  isConfinedAway,
  type PublicKey,
  type Trust,
  type TrustedIdentity,
  type TrustedSigner,
} from "../trust";
import type { Bundle } from "./bundle";
import { EvidenceError, refusal } from "./error";
import { identityRefusal } from "./identity";
import {
  type Leaf,
  leafOf,
  type SignedContent,
  verifyWithCertificate,
  verifyWithKey,
  type Witnessed,
} from "./sigstore";

/** Who signed, told apart from everybody else: two of these are two signers, however often each one signs. */
export interface SignerId {
  /** The issuer of the identity; undefined for a key. */
  readonly issuer: string | undefined;
  /** The whole identity, or the key's fingerprint. */
  readonly identity: string;
}

export interface Signed extends Witnessed {
  readonly id: SignerId;
  readonly leaf: Leaf | undefined;
  /** The entries of the trust policy that mean this signer. */
  readonly trusted: readonly TrustedSigner[];
}

type KeySigner = TrustedSigner & { readonly who: { readonly key: PublicKey } };
type IdentitySigner = TrustedSigner & { readonly who: TrustedIdentity };

export interface Circumstances {
  readonly registry: string | undefined;
  readonly now: Date;
}

/** Finds who of the trust policy signed, and verifies that it was so. */
export function verifySigner(
  about: string,
  bundle: Bundle,
  signed: SignedContent,
  trust: Trust,
  circumstances: Circumstances,
): Signed {
  const leaf = leafOf(about, bundle);
  return leaf
    ? verifyIdentity(about, bundle, signed, leaf, trust)
    : verifyKey(about, bundle, signed, trust, circumstances);
}

function verifyIdentity(
  about: string,
  bundle: Bundle,
  signed: SignedContent,
  leaf: Leaf,
  trust: Trust,
): Signed {
  const signers = trust.signers.filter((signer): signer is IdentitySigner => "issuer" in signer.who);
  const trusted = signers.filter(({ who }) => identityRefusal(about, leaf, who) === undefined);
  if (trusted.length === 0) throw strangerRefusal(about, leaf, signers);
  const id = { issuer: leaf.issuer, identity: leaf.identity };
  return firstThatHolds(trusted, ({ root }) => {
    if (!root) throw refusal("untrusted-root", about, "a trusted root for this signer", "none");
    const witnessed = verifyWithCertificate(about, bundle, signed, leaf, root);
    return { ...witnessed, id, leaf, trusted: trusted.filter((other) => other.root === root) };
  });
}

/** Most telling first: the right name from a wrong issuer, then any other name. */
function strangerRefusal(about: string, leaf: Leaf, signers: readonly IdentitySigner[]): EvidenceError {
  const refusals = signers.flatMap(({ who }) => identityRefusal(about, leaf, who) ?? []);
  const sameName = signers.findIndex(
    ({ who }) => identityRefusal(about, { ...leaf, issuer: who.issuer }, who) === undefined,
  );
  const sameIssuer = refusals.find(({ code }) => code === "identity-mismatch");
  const found = `${quote(leaf.identity)} of ${quote(leaf.issuer)}`;
  return (
    refusals[sameName] ??
    sameIssuer ??
    refusal("identity-mismatch", about, "a signer of the trust policy", found)
  );
}

function verifyKey(
  about: string,
  bundle: Bundle,
  signed: SignedContent,
  trust: Trust,
  { registry, now }: Circumstances,
): Signed {
  const hint = "keyHint" in bundle.signer ? bundle.signer.keyHint : "";
  const candidates = candidatesFor(trust, hint);
  if (candidates.length === 0) {
    throw refusal(
      "key-unknown",
      about,
      "a key of the trust policy",
      hint === "" ? "no such key" : `the key ${quote(hint)}`,
    );
  }
  return firstThatHolds(candidates, ({ who: { key }, root, logRequired }) => {
    const witnessed = verifyWithKey(about, bundle, signed, key, { root, logRequired, now });
    if (isConfinedAway(key.onlyFor, registry)) {
      const expected = `a signature for an image of ${key.onlyFor?.join(" or ") ?? ""}`;
      throw refusal("key-confined", about, expected, `one for ${registry ?? "an unknown registry"}`);
    }
    const trusted = candidates.filter(
      (other) => other.who.key.fingerprint === key.fingerprint && other.root === root,
    );
    return { ...witnessed, id: { issuer: undefined, identity: key.fingerprint }, leaf: undefined, trusted };
  });
}

/** The hint only says where to look first; a hint that is no fingerprint says nothing (DSSE, "keyid"). */
function candidatesFor({ signers }: Trust, hint: string): readonly KeySigner[] {
  const keys = signers.filter((signer): signer is KeySigner => "key" in signer.who);
  return /^[A-Za-z0-9+/]{43}=$/.test(hint) ? keys.filter(({ who }) => who.key.fingerprint === hint) : keys;
}

/** The first answer; if none of them holds, why the first one does not. */
function firstThatHolds<Item, Result>(items: readonly Item[], verify: (item: Item) => Result): Result {
  let first: EvidenceError | undefined;
  for (const item of items) {
    try {
      return verify(item);
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      first ??= error;
    }
  }
  throw first ?? new Error("nothing to try");
}
