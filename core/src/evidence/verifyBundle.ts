import { createHash } from "node:crypto";
import { parseDigest, quote } from "../image";
import { predicateType, type PublicKey, type TrustRoot } from "../trust";
import { type Bundle, parseBundle } from "./bundle";
import { refusal } from "./error";
import { identityRefusal } from "./identity";
import { checkPredicate } from "./predicates";
import type { SignerId } from "./signers";
import {
  type Artifact,
  artifactContent,
  envelopeContent,
  leafOf,
  type SignedContent,
  verifyWithCertificate,
  verifyWithKey,
} from "./sigstore";
import { isAbout, parseStatement, type Statement } from "./statement";
import { assertSubject, envelopeOf } from "./verifier";

/** One bundle, one artifact, one expected signer: what `waybill verify --bundle` asks, without a trust policy. */
export interface BundleQuestion {
  readonly artifact: Artifact;
  /** Undefined is refused: a signature by anybody proves nothing (SIG-082). */
  readonly signer:
    { readonly issuer: string; readonly identity: string } | { readonly key: PublicKey } | undefined;
  readonly root: TrustRoot;
  /** Short name or type URI; then the predicate is checked too. */
  readonly predicate: string | undefined;
  readonly now: Date;
}

export interface VerifiedBundle {
  readonly signer: SignerId;
  /** Each time that a trusted third party saw it. */
  readonly times: readonly Date[];
  readonly logged: boolean;
  readonly statement: Statement | undefined;
}

/** Throws the reason where the bundle does not prove what is asked. */
export function verifyBundle(about: string, bytes: Uint8Array, question: BundleQuestion): VerifiedBundle {
  const { signer, root, now, artifact } = question;
  if (!signer)
    throw refusal("no-policy", about, "a key, or an identity and its issuer, to be trusted", "neither");
  const bundle = parseBundle(about, bytes);
  const statement = "payload" in bundle.content ? readStatement(about, bundle, question) : undefined;
  const signed = "payload" in bundle.content ? envelopeContent(bundle.content) : artifactContent(artifact);
  const leaf = leafOf(about, bundle);
  if ("key" in signer) {
    if (leaf)
      throw refusal("key-unknown", about, "a signature by the key that was given", "one with a certificate");
    assertHint(about, bundle, signed, signer.key.key);
    const witnessed = verifyWithKey(about, bundle, signed, signer.key, { root, logRequired: false, now });
    return { ...witnessed, statement, signer: { issuer: undefined, identity: signer.key.fingerprint } };
  }
  if (!leaf)
    throw refusal("key-unknown", about, "a certificate", "a signature with a key, and no key was given");
  const stranger = identityRefusal(about, leaf, { ...signer, pattern: undefined, certificate: {} });
  if (stranger) throw stranger;
  assertHint(about, bundle, signed, leaf.key);
  const witnessed = verifyWithCertificate(about, bundle, signed, leaf, root);
  return { ...witnessed, statement, signer: { issuer: leaf.issuer, identity: leaf.identity } };
}

/** What an envelope says, of the one type and about the one artifact that are asked for. */
function readStatement(about: string, bundle: Bundle, { artifact, predicate }: BundleQuestion): Statement {
  const statement = parseStatement(about, envelopeOf(about, bundle).payload);
  const digests = "digest" in artifact ? [artifact.digest] : digestsOf(artifact.bytes);
  const digest = digests.find((candidate) => isAbout(statement, candidate)) ?? digests[0];
  if (digest) assertSubject(about, statement, digest);
  if (predicate !== undefined) {
    const type = predicateType(predicate);
    if (statement.predicateType !== type)
      throw refusal("predicate-type", about, type, quote(statement.predicateType));
    checkPredicate(about, type, statement.predicate);
  }
  return statement;
}

function digestsOf(bytes: Uint8Array): ReturnType<typeof parseDigest>[] {
  return ["sha256", "sha512"].map((name) =>
    parseDigest(`${name}:${createHash(name).update(bytes).digest("hex")}`),
  );
}

/** The digest inside a bundle with a signature over a file is signed by nobody, but it must not lie (SIG-007). */
function assertHint(
  about: string,
  { content, signature }: Bundle,
  signed: SignedContent,
  key: PublicKey["key"],
): void {
  if ("payload" in content) return;
  const { algorithm, digest } = content.digestHint;
  const actual = signed.digest(algorithm);
  if (!actual)
    throw refusal("artifact-needed", about, `the artifact itself, to compute its ${algorithm}`, "its digest");
  if (actual.equals(digest)) return;
  const [expected, found] = [actual.toString("hex"), digest.toString("hex")];
  if (signed.verifies(key, signature)) throw refusal("digest-hint-mismatch", about, expected, found);
  throw refusal("subject-mismatch", about, `a signature over ${expected}`, `one over ${found}`);
}
