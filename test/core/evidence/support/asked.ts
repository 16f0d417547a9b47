import { createHash } from "node:crypto";
import {
  type BundleQuestion,
  type Piece,
  type Question,
  type Report,
  verifyBundle,
  verifyEvidence,
} from "@waybill/core/evidence";
import { type Digest, parseDigest } from "@waybill/core/image";
import { WaybillError } from "@waybill/core/problem";
import { parseTrust, parseTrustRoot, type Trust } from "@waybill/core/trust";
import {
  type BundleJson,
  IDENTITY,
  type Instance,
  ISSUER,
  NOON,
  toBytes,
  type TrustedRootJson,
} from "./instance";

export function digestOf(text: string): Digest {
  return parseDigest(`sha256:${createHash("sha256").update(text).digest("hex")}`);
}

export const IMAGE = digestOf("image");

export const PROVENANCE = {
  buildDefinition: {
    buildType: "https://ci.example/build/v1",
    externalParameters: { source: { repository: "https://ci.example/acme/shop", ref: "refs/heads/main" } },
  },
  runDetails: { builder: { id: "https://ci.example/runner" } },
};

export function statement(
  predicateType: string,
  predicate: unknown,
  digest = IMAGE,
): Record<string, unknown> {
  const [algorithm = "", hex = ""] = digest.split(":");
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ digest: { [algorithm]: hex } }],
    predicateType,
    predicate,
  };
}

export const SIGNATURE = "https://sigstore.dev/cosign/sign/v1";
export const SLSA = "https://slsa.dev/provenance/v1";

/** A trust policy in which the instance's usual identity may sign and attest for dev. */
export function trustIn(root: TrustedRootJson, signer: object = {}, more: object = {}): Trust {
  const policy = {
    version: 1,
    roots: { here: { document: root } },
    signers: [
      {
        name: "ci",
        issuer: ISSUER,
        identity: IDENTITY,
        root: "here",
        may: [{ say: ["signature", "provenance", "test-result"], for: ["dev"] }],
        ...signer,
      },
    ],
    ...more,
  };
  return parseTrust("trust.yaml", JSON.stringify(policy), noFile);
}

export function trustOf(policy: object): Trust {
  return parseTrust("trust.yaml", JSON.stringify({ version: 1, ...policy }), noFile);
}

export function noFile(name: string): string {
  throw new Error(`no file ${name} in this test`);
}

export const question: Question = {
  digest: IMAGE,
  environment: "dev",
  registry: "registry.example",
  now: new Date(NOON.getTime() + 60 * 60_000),
};

export function pieces(...bundles: readonly (BundleJson | Buffer)[]): Piece[] {
  return bundles.map((bundle, index) => ({
    source: `piece ${index}`,
    bytes: Buffer.isBuffer(bundle) ? bundle : toBytes(bundle),
  }));
}

export function report(trust: Trust, ...bundles: readonly (BundleJson | Buffer)[]): Report {
  return verifyEvidence(question, pieces(...bundles), trust);
}

/** The code with which the one bundle is refused; "OK" where it is not. */
export function verdict(trust: Trust, bundle: BundleJson | Buffer, asked: Partial<Question> = {}): string {
  const { claims, refused } = verifyEvidence({ ...question, ...asked }, pieces(bundle), trust);
  return claims.length === 1 ? "OK" : (refused[0]?.error.code ?? "nothing");
}

export const FILE = Buffer.from("a release, as a file");

/** The code with which something is refused; "OK" where it is not. */
export function codeOf(run: () => unknown): string {
  try {
    run();
    return "OK";
  } catch (error) {
    if (error instanceof WaybillError) return String(error.code);
    throw error;
  }
}

/** The code with which `verifyBundle` refuses; "OK" where it does not. */
export function bundleVerdict(
  instance: Instance,
  bundle: BundleJson | Buffer,
  asked: Partial<Omit<BundleQuestion, "root">> & { readonly root?: TrustedRootJson } = {},
): string {
  return codeOf(() =>
    verifyBundle("bundle", Buffer.isBuffer(bundle) ? bundle : toBytes(bundle), {
      artifact: { digest: digestOf(FILE.toString()) },
      signer: { issuer: ISSUER, identity: IDENTITY },
      predicate: undefined,
      now: question.now,
      ...asked,
      root: parseTrustRoot("root", asked.root ?? instance.root),
    }),
  );
}

/** A deep copy to spoil. */
export function spoiled<Value>(value: Value, spoil: (copy: Value) => void): Value {
  const copy: Value = structuredClone(value);
  spoil(copy);
  return copy;
}
