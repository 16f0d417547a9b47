import { createHash } from "node:crypto";
import {
  bundleVerdict,
  FILE,
  PROVENANCE,
  SLSA,
  spoiled,
  statement,
  trustIn,
  trustOf,
  verdict,
} from "../support/asked";
import { makeKeys, spki } from "../support/certificate";
import { type BundleJson, makeInstance, makeLeaf, NOON, signFile, signPayload } from "../support/instance";
import { Log } from "../support/log";
import { toPublicKey } from "@waybill/core/trust";

const instance = makeInstance();
const trust = trustIn(instance.root);
const provenance = statement(SLSA, PROVENANCE);

interface Proof {
  logIndex: string;
  treeSize: string;
  rootHash: string;
  hashes: string[];
  checkpoint: { envelope: string };
}

function withEntry(bundle: BundleJson, spoil: (entry: Record<string, unknown>) => void): BundleJson {
  return spoiled(bundle, (copy) => {
    const [entry] = copy.verificationMaterial.tlogEntries;
    if (entry) spoil(entry);
  });
}

function withProof(bundle: BundleJson, spoil: (proof: Proof) => void): BundleJson {
  return withEntry(bundle, (entry) => spoil(entry["inclusionProof"] as Proof));
}

/** Exchanges the checkpoint, signed by the log as it should be or not. */
function withCheckpoint(bundle: BundleJson, change: (body: string, signature: string) => string): BundleJson {
  return withProof(bundle, (proof) => {
    const [body = "", signature = ""] = proof.checkpoint.envelope.split("\n\n");
    proof.checkpoint.envelope = change(`${body}\n`, signature);
  });
}

test.each(["hashedrekord 0.0.1", "hashedrekord 0.0.2"] as const)(
  "SIG-012: a genuine %s entry stapled onto another artifact is refused",
  (entry) => {
    const stranger = signFile(instance, Buffer.from("other"), { entry });
    const bundle = spoiled(signFile(instance, FILE), (copy) => {
      copy.verificationMaterial.tlogEntries = stranger.verificationMaterial.tlogEntries;
    });
    expect(bundleVerdict(instance, bundle)).toBe("log-entry-mismatch");
  },
);

test("SIG-013: a log entry of another signature of the same image is refused", () => {
  const logged = signPayload(instance, provenance, { signer: makeLeaf(instance) });
  const bundle = spoiled(signPayload(instance, provenance, { entry: undefined }), (copy) => {
    copy.verificationMaterial.tlogEntries = logged.verificationMaterial.tlogEntries;
  });
  expect(verdict(trust, bundle)).toBe("log-entry-mismatch");
});

test("SIG-024: a log entry without inclusion proof is refused", () => {
  const bundle = withEntry(signPayload(instance, provenance), (entry) => delete entry["inclusionProof"]);
  expect(verdict(trust, bundle)).toBe("no-inclusion-proof");
  const old = spoiled(signPayload(instance, provenance, { entry: "dsse 0.0.1" }), (copy) => {
    copy.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2";
    delete copy.verificationMaterial.tlogEntries[0]?.["inclusionProof"];
  });
  expect(verdict(trust, old)).toBe("no-inclusion-proof");
});

describe("SIG-025: an inclusion proof that does not lead to the log's root hash is refused", () => {
  const bundle = signPayload(instance, provenance);
  const flipped = (text: string): string => {
    const bytes = Buffer.from(text, "base64");
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    return bytes.toString("base64");
  };
  test.each<[string, (proof: Proof) => void]>([
    ["a flipped bit", (proof) => (proof.hashes = proof.hashes.map(flipped))],
    ["one hash less", (proof) => proof.hashes.pop()],
    ["one hash more", (proof) => proof.hashes.push(proof.rootHash)],
    ["another index", (proof) => (proof.logIndex = "0")],
    ["an index beyond the log", (proof) => (proof.logIndex = "999")],
    ["another root hash", (proof) => (proof.rootHash = flipped(proof.rootHash))],
  ])("%s", (_, spoil) => expect(verdict(trust, withProof(bundle, spoil))).toBe("inclusion-proof"));

  test("the proof of another tree", () => {
    const other = makeInstance();
    const proof = signPayload(other, provenance).verificationMaterial.tlogEntries[0]?.["inclusionProof"];
    expect(
      verdict(
        trust,
        withEntry(bundle, (entry) => (entry["inclusionProof"] = proof)),
      ),
    ).toBe("checkpoint");
  });

  test("a stale proof, of the log before the entry was in it", () => {
    const before = signPayload(instance, { ...provenance, extra: 1 });
    const stale = before.verificationMaterial.tlogEntries[0]?.["inclusionProof"];
    expect(
      verdict(
        trust,
        withEntry(signPayload(instance, provenance), (entry) => (entry["inclusionProof"] = stale)),
      ),
    ).toBe("inclusion-proof");
  });
});

describe("SIG-026: a checkpoint that is not the log's is refused", () => {
  const bundle = signPayload(instance, provenance);
  const { log2 } = instance;
  const lines = (body: string): string[] => body.trimEnd().split("\n");
  test.each<[string, (body: string, signature: string) => string]>([
    ["without origin", (body) => log2.checkpoint(`\n${lines(body).slice(1).join("\n")}\n`)],
    ["without size", (body) => log2.checkpoint(`${lines(body)[0] ?? ""}\n${lines(body)[2] ?? ""}\n`)],
    ["without root hash", (body) => log2.checkpoint(`${lines(body).slice(0, 2).join("\n")}\n`)],
    ["without signature", (body) => `${body}\n`],
    ["with another log's signature", (body) => new Log("log2.example", 2).checkpoint(body)],
    [
      "with the signature of another body",
      (body, signature) => `${body.replace("log2", "log3")}\n${signature}`,
    ],
    [
      "with another signer's name",
      (body, signature) => `${body}\n${signature.replace("log2.example", "log")}`,
    ],
    [
      "with a wrong key hint",
      (body, signature) =>
        `${body}\n${signature.replace(/ (\S)(\S+)$/m, (_, first: string, rest: string) => ` ${first === "A" ? "B" : "A"}${rest}`)}`,
    ],
    ["with nothing in it", () => ""],
    ["with text behind the signature", (body, signature) => `${body}\n${signature.trimEnd()} more\n`],
  ])("%s", (_, change) => expect(verdict(trust, withCheckpoint(bundle, change))).toBe("checkpoint"));
});

describe("SIG-027: a hostile checkpoint is refused with a code", () => {
  const bundle = signPayload(instance, provenance);
  const { log2 } = instance;
  test.each(["x", "-1", "1e3", "0x10", "9".repeat(40), " 6", "6.0", "\u0666"])("size %j", (size) => {
    const hostile = withCheckpoint(bundle, (body) => log2.checkpoint(body.replace(/\n\d+\n/, `\n${size}\n`)));
    expect(verdict(trust, hostile)).toBe("checkpoint");
  });
  test.each(["(a+)+$", ".*", "[", "log2\\.example", "(?:"])("signer %j", (name) => {
    const hostile = withCheckpoint(
      bundle,
      (body, signature) => `${body}\n${signature.replace("log2.example", () => name)}`,
    );
    expect(verdict(trust, hostile)).toBe("checkpoint");
  });
});

test.each(["-1", "1.5", "1e9", "abc", " 1", ""])("SIG-028: the log index %j is refused", (logIndex) => {
  const bundle = withEntry(signPayload(instance, provenance), (entry) => (entry["logIndex"] = logIndex));
  expect(verdict(trust, bundle)).toBe("bundle-format");
  expect(
    verdict(
      trust,
      withProof(signPayload(instance, provenance), (proof) => (proof.logIndex = logIndex)),
    ),
  ).toBe("bundle-format");
});

test.each(["hashedrekord 0.0.1", "hashedrekord 0.0.2", "dsse 0.0.1", "dsse 0.0.2", "intoto 0.0.2"] as const)(
  "SIG-029: another public key inside a logged %s entry is refused, though the log signed it so",
  (entry) => {
    const signer = makeLeaf(instance);
    const bundle = signPayload(instance, provenance, { signer, entry, loggedAs: makeLeaf(instance) });
    expect(verdict(trust, bundle)).toBe("log-entry-mismatch");
  },
);

test("SIG-029: a key changed in the entry after it was logged is refused", () => {
  const bundle = withEntry(signPayload(instance, provenance, { entry: "hashedrekord 0.0.1" }), (entry) => {
    const body = JSON.parse(Buffer.from(String(entry["canonicalizedBody"]), "base64").toString()) as {
      spec: { signature: { publicKey: { content: string } } };
    };
    body.spec.signature.publicKey.content = spki(makeKeys().publicKey).toString("base64");
    entry["canonicalizedBody"] = Buffer.from(JSON.stringify(body)).toString("base64");
  });
  expect(verdict(trust, bundle)).toBe("log-promise");
});

test("SIG-061: a signature that never was in a log is refused where the root has one", () => {
  expect(verdict(trust, signPayload(instance, provenance, { entry: undefined }))).toBe("log-missing");
});

test("SIG-061: for a key a log is asked where the policy says so", () => {
  const keys = makeKeys();
  const pem = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
  const policy = (log: string): ReturnType<typeof trustOf> =>
    trustOf({
      roots: { here: { document: instance.root } },
      signers: [
        { name: "key", key: { pem }, root: "here", log, may: [{ say: ["provenance"], for: ["dev"] }] },
      ],
    });
  const unlogged = signPayload(instance, provenance, { signer: keys, entry: undefined });
  expect(verdict(policy("required"), unlogged)).toBe("log-missing");
  expect(verdict(policy("optional"), unlogged)).toBe("OK");
  expect(verdict(policy("required"), signPayload(instance, provenance, { signer: keys }))).toBe("OK");
  const elsewhere = signPayload(instance, provenance, { signer: keys, log: new Log("elsewhere.example", 2) });
  expect(verdict(policy("required"), elsewhere)).toBe("log-unknown");
  expect(verdict(policy("optional"), elsewhere)).toBe("OK");
});

test("an entry of a log that the root does not know is refused", () => {
  const bundle = signPayload(instance, provenance, { log: new Log("elsewhere.example", 2) });
  expect(verdict(trust, bundle)).toBe("log-unknown");
});

test("a log key that had ended before it was used is refused, though the libraries accept it", () => {
  const root = spoiled(instance.root, (copy) => {
    for (const log of copy.tlogs)
      log.publicKey.validFor = { start: "2020-01-01T00:00:00Z", end: "2026-06-01T11:59:59Z" };
  });
  expect(verdict(trustIn(root), signPayload(instance, provenance))).toBe("log-key-expired");
  expect(verdict(trustIn(root), signPayload(instance, provenance, { entry: "dsse 0.0.1" }))).toBe(
    "log-key-expired",
  );
  const keys = makeKeys();
  const bundle = signFile(instance, FILE, { signer: keys, stampedAt: undefined });
  const signer = { key: toPublicKey(keys.publicKey) };
  expect(bundleVerdict(instance, bundle, { signer, root })).toBe("log-key-expired");
  expect(bundleVerdict(instance, bundle, { signer })).toBe("OK");
});

test("an entry of a kind, or with a body, that says nothing of one signature is refused", () => {
  const bundle = signPayload(instance, provenance);
  const kinds = withEntry(bundle, (entry) => (entry["kindVersion"] = { kind: "rfc3161", version: "0.0.1" }));
  expect(verdict(trust, kinds)).toBe("log-entry-mismatch");
  for (const body of ["", "{", "null", "[]", '{"kind":"hashedrekord","apiVersion":"0.0.2","spec":null}']) {
    const text = Buffer.from(body).toString("base64");
    expect(
      verdict(
        trust,
        withEntry(bundle, (entry) => (entry["canonicalizedBody"] = text)),
      ),
    ).toBe("log-entry-mismatch");
  }
});

test("a promise that the log did not sign is refused", () => {
  const signature = createHash("sha256").update("none").digest("base64");
  const bundle = withEntry(signPayload(instance, provenance, { entry: "dsse 0.0.1" }), (entry) => {
    entry["inclusionPromise"] = { signedEntryTimestamp: signature };
  });
  expect(verdict(trust, bundle)).toBe("log-promise");
  const shifted = withEntry(signPayload(instance, provenance, { entry: "dsse 0.0.1" }), (entry) => {
    entry["integratedTime"] = String(NOON.getTime() / 1000 - 30);
  });
  expect(verdict(trust, shifted)).toBe("log-promise");
});
