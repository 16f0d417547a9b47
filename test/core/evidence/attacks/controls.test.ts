import {
  bundleVerdict,
  digestOf,
  FILE,
  IMAGE,
  PROVENANCE,
  SLSA,
  spoiled,
  statement,
  trustIn,
  verdict,
} from "../support/asked";
import {
  makeInstance,
  makeLeaf,
  makeTsa,
  NOON,
  signFile,
  signPayload,
  toAuthorityJson,
} from "../support/instance";
import { toPublicKey } from "@waybill/core/trust";
import { makeKeys } from "../support/certificate";

const instance = makeInstance();
const trust = trustIn(instance.root);
const provenance = statement(SLSA, PROVENANCE);

test.each([
  ["application/vnd.dev.sigstore.bundle+json;version=0.1", "hashedrekord 0.0.1"],
  ["application/vnd.dev.sigstore.bundle+json;version=0.2", "hashedrekord 0.0.1"],
  ["application/vnd.dev.sigstore.bundle+json;version=0.3", "hashedrekord 0.0.2"],
  ["application/vnd.dev.sigstore.bundle.v0.3+json", "hashedrekord 0.0.2"],
] as const)("SIG-001: %s is accepted", (mediaType, entry) => {
  const bundle = spoiled(signFile(instance, FILE, { entry }), (copy) => {
    copy.mediaType = mediaType;
    const { certificate } = copy.verificationMaterial;
    if (mediaType.endsWith("0.3") || !certificate || mediaType.endsWith("v0.3+json")) return;
    delete copy.verificationMaterial.certificate;
    copy.verificationMaterial.x509CertificateChain = { certificates: [certificate] };
  });
  expect(bundleVerdict(instance, bundle)).toBe("OK");
  expect(bundleVerdict(instance, bundle, { artifact: { bytes: FILE } })).toBe("OK");
});

test("SIG-001: a version 0.1 bundle may have the log's promise alone", () => {
  const bundle = spoiled(signFile(instance, FILE, { entry: "hashedrekord 0.0.1" }), (copy) => {
    copy.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.1";
    delete copy.verificationMaterial.tlogEntries[0]?.["inclusionProof"];
  });
  expect(bundleVerdict(instance, bundle)).toBe("OK");
});

test.each(["hashedrekord 0.0.1", "hashedrekord 0.0.2", "dsse 0.0.1", "dsse 0.0.2", "intoto 0.0.2"] as const)(
  "SIG-002: a statement with a log entry %s is accepted",
  (entry) => {
    expect(verdict(trust, signPayload(instance, provenance, { entry }))).toBe("OK");
    const asked = { artifact: { digest: IMAGE }, predicate: "provenance" };
    expect(bundleVerdict(instance, signPayload(instance, provenance, { entry }), asked)).toBe("OK");
  },
);

test("SIG-002: statement version 0.1, as cosign writes it, is accepted", () => {
  const old = { ...provenance, _type: "https://in-toto.io/Statement/v0.1" };
  expect(verdict(trust, signPayload(instance, old))).toBe("OK");
});

test.each([
  ["behind the log's line", (lines: string[]) => [...lines, "\u2014 witness.example AAAAAAAA"]],
  ["before the log's line", (lines: string[]) => ["\u2014 witness.example AAAAAAAA", ...lines]],
  ["of the log's own name", (lines: string[]) => ["\u2014 log2.example AAAAAAAA", ...lines]],
])("SIG-003: signatures of unknown keys %s are ignored", (_, change) => {
  const bundle = spoiled(signPayload(instance, provenance), (copy) => {
    const proof = copy.verificationMaterial.tlogEntries[0]?.["inclusionProof"] as {
      checkpoint: { envelope: string };
    };
    const [body = "", lines = ""] = proof.checkpoint.envelope.split("\n\n");
    proof.checkpoint.envelope = `${body}\n\n${change(lines.trimEnd().split("\n")).join("\n")}\n`;
  });
  expect(verdict(trust, bundle)).toBe("OK");
});

test("SIG-005: a timestamp stays good when its authority has run out since", () => {
  const tsa = makeTsa(instance.tsaRoot, new Date(NOON.getTime() - 1000), new Date(NOON.getTime() + 1000));
  const root = {
    ...instance.root,
    timestampAuthorities: [toAuthorityJson("https://tsa.example", tsa, instance.tsaRoot)],
  };
  const bundle = signPayload(instance, provenance, { tsa });
  expect(verdict(trustIn(root), bundle)).toBe("OK");
  expect(verdict(trustIn(root), bundle, { now: new Date("2036-06-01T12:00:00Z") })).toBe("OK");
});

test("a timestamp authority that we do not know does not spoil one that we know", () => {
  const stranger = makeInstance();
  const bundle = signPayload(instance, provenance);
  const other = signPayload(stranger, provenance);
  const both = spoiled(bundle, (copy) => {
    const stamps = other.verificationMaterial.timestampVerificationData?.rfc3161Timestamps ?? [];
    copy.verificationMaterial.timestampVerificationData?.rfc3161Timestamps.push(...stamps);
  });
  // The stranger's covers another signature, which is no matter of trust: it is wrong.
  expect(verdict(trust, both)).toBe("timestamp-mismatch");
  const root = {
    ...instance.root,
    timestampAuthorities: [...instance.root.timestampAuthorities, ...stranger.root.timestampAuthorities],
  };
  expect(verdict(trustIn(root), bundle)).toBe("OK");
});

test("a file is verified by its digest alone as well as whole, with every kind of key that can", () => {
  const keys = makeKeys();
  const signer = { key: toPublicKey(keys.publicKey) };
  const bundle = signFile(instance, FILE, { signer: keys });
  expect(bundleVerdict(instance, bundle, { signer })).toBe("OK");
  expect(bundleVerdict(instance, bundle, { signer, artifact: { digest: digestOf("other") } })).toBe(
    "subject-mismatch",
  );
  expect(bundleVerdict(instance, signFile(instance, FILE, { signer: makeLeaf(instance) }))).toBe("OK");
});
