import { createHash, sign } from "node:crypto";
import {
  bundleVerdict,
  digestOf,
  FILE,
  IMAGE,
  pieces,
  PROVENANCE,
  question,
  SLSA,
  spoiled,
  statement,
  trustIn,
  trustOf,
  verdict,
} from "../support/asked";
import { makeKeys, spki } from "../support/certificate";
import {
  type BundleJson,
  makeInstance,
  makeLeaf,
  preAuthEncoding,
  signFile,
  signPayload,
  toBytes,
} from "../support/instance";
import { parseStatement, requireEvidence, verifyEvidence } from "@waybill/core/evidence";
import { toPublicKey } from "@waybill/core/trust";

const instance = makeInstance();
const trust = trustIn(instance.root);
const provenance = statement(SLSA, PROVENANCE);
const PAYLOAD_TYPE = "application/vnd.in-toto+json";

/** Puts other signed content into a bundle and keeps the rest. */
function withContent(bundle: BundleJson, other: BundleJson): BundleJson {
  return spoiled(bundle, (copy) => {
    if (other.dsseEnvelope) copy.dsseEnvelope = other.dsseEnvelope;
  });
}

test("SIG-006: a bundle for another digest is refused", () => {
  const bundle = signFile(instance, FILE);
  expect(bundleVerdict(instance, bundle, { artifact: { digest: digestOf("other") } })).toBe(
    "subject-mismatch",
  );
  expect(bundleVerdict(instance, bundle, { artifact: { bytes: Buffer.from("other") } })).toBe(
    "subject-mismatch",
  );
  expect(verdict(trust, signPayload(instance, provenance), { digest: digestOf("other") })).toBe(
    "subject-mismatch",
  );
});

test("SIG-006: a log entry about another file is refused", () => {
  const signer = makeLeaf(instance);
  const other = signFile(instance, Buffer.from("other"), { signer });
  const bundle = spoiled(signFile(instance, FILE, { signer, entry: undefined }), (copy) => {
    copy.verificationMaterial.tlogEntries = other.verificationMaterial.tlogEntries;
  });
  expect(bundleVerdict(instance, bundle)).toBe("log-entry-mismatch");
});

test("SIG-007: a digest hint that lies is refused", () => {
  const bundle = spoiled(signFile(instance, FILE), (copy) => {
    if (copy.messageSignature)
      copy.messageSignature.messageDigest.digest = createHash("sha256").digest("base64");
  });
  expect(bundleVerdict(instance, bundle)).toBe("digest-hint-mismatch");
  expect(bundleVerdict(instance, bundle, { artifact: { bytes: FILE } })).toBe("digest-hint-mismatch");
});

test.each(["hashedrekord 0.0.2", "dsse 0.0.1", "intoto 0.0.2"] as const)(
  "SIG-008: an envelope exchanged for another one of the same signer, its %s entry kept, is refused",
  (entry) => {
    const signer = makeLeaf(instance);
    const logged = signPayload(instance, provenance, { signer, entry });
    const other = signPayload(instance, { ...provenance, extra: 1 }, { signer, entry: undefined });
    const bundle = spoiled(other, (copy) => {
      copy.verificationMaterial.tlogEntries = logged.verificationMaterial.tlogEntries;
    });
    // A version 1 entry brings its own time.
    expect(verdict(trust, bundle)).toBe("log-entry-mismatch");
  },
);

test.each(["hashedrekord 0.0.2", "dsse 0.0.1", "intoto 0.0.2"] as const)(
  "SIG-009: another signature over the same payload, the %s entry kept, is refused",
  (entry) => {
    const signer = makeLeaf(instance);
    const logged = signPayload(instance, provenance, { signer, entry });
    const again = spoiled(signPayload(instance, provenance, { signer, entry: undefined }), (copy) => {
      copy.verificationMaterial.tlogEntries = logged.verificationMaterial.tlogEntries;
    });
    expect(verdict(trust, again)).toBe("log-signature-mismatch");
  },
);

test("SIG-041: a payload that is no statement is refused, not passed over", () => {
  expect(verdict(trust, signPayload(instance, Buffer.from("{")))).toBe("statement-format");
  expect(verdict(trust, signPayload(instance, Buffer.from("[]")))).toBe("statement-format");
  expect(verdict(trust, signPayload(instance, Buffer.from([0xff, 0xfe])))).toBe("statement-format");
  expect(verdict(trust, signPayload(instance, statement(SLSA, {})))).toBe("predicate-invalid");
});

test("SIG-042: a statement of another type is refused", () => {
  const other = { ...provenance, _type: "https://in-toto.io/Statement/v2" };
  expect(verdict(trust, signPayload(instance, other))).toBe("statement-type");
});

test.each(["application/json", "application/vnd.in-toto+json; charset=utf-8", ""])(
  "SIG-043: the payload type %j is refused",
  (payloadType) => {
    expect(verdict(trust, signPayload(instance, provenance, { payloadType }))).toBe("payload-type");
  },
);

test("SIG-043: a signature over a file is none over an image", () => {
  expect(verdict(trust, signFile(instance, FILE))).toBe("payload-type");
});

test.each([[[]], [[{ name: "shop" }]], [[{ name: "shop", digest: {} }]], [undefined]])(
  "SIG-044: the subjects %j are refused",
  (subject) => {
    const code = verdict(trust, signPayload(instance, { ...provenance, subject }));
    expect(["subject-missing", "statement-format"]).toContain(code);
    expect(code === "statement-format").toBe(subject === undefined);
  },
);

test("SIG-046: the right name with another digest is refused", () => {
  const named = {
    ...provenance,
    subject: [{ name: `registry.example/shop@${IMAGE}`, digest: { sha256: "0".repeat(64) } }],
  };
  expect(verdict(trust, signPayload(instance, named))).toBe("subject-mismatch");
  const otherAlgorithm = { ...provenance, subject: [{ digest: { sha512: IMAGE.slice("sha256:".length) } }] };
  expect(verdict(trust, signPayload(instance, otherAlgorithm))).toBe("subject-mismatch");
});

describe("SIG-048: what is verified is what is used", () => {
  const bundle = signPayload(instance, provenance);

  test("a key that stands twice in the bundle is refused", () => {
    const text = toBytes(bundle).toString().replace('"dsseEnvelope":', '"dsseEnvelope":{},"dsseEnvelope":');
    expect(verdict(trust, Buffer.from(text))).toBe("bundle-format");
  });

  test("a key that stands twice in the signed statement is refused", () => {
    const text = JSON.stringify(provenance).replace('"predicate":', '"predicate":{},"predicate":');
    expect(verdict(trust, signPayload(instance, Buffer.from(text)))).toBe("statement-format");
  });

  test("a key that stands twice for readers without regard to case is refused", () => {
    const both = { ...provenance, Subject: [{ digest: { sha256: "0".repeat(64) } }] };
    expect(verdict(trust, signPayload(instance, both))).toBe("statement-format");
  });

  test("two contents, two signers or two signatures in one bundle are refused", () => {
    const file = signFile(instance, FILE);
    expect(
      verdict(
        trust,
        spoiled(bundle, (copy) => Object.assign(copy, { messageSignature: file.messageSignature })),
      ),
    ).toBe("bundle-format");
    expect(
      verdict(
        trust,
        spoiled(bundle, (copy) => (copy.verificationMaterial.publicKey = { hint: "" })),
      ),
    ).toBe("bundle-format");
    expect(
      verdict(
        trust,
        spoiled(bundle, (copy) => copy.dsseEnvelope?.signatures.push(...copy.dsseEnvelope.signatures)),
      ),
    ).toBe("bundle-too-large");
  });

  test.each([
    ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}', undefined],
    ['{"a":"\\"a\\":","b":"a"}', undefined],
    ['{"a":1, "a" : 2}', "a"],
    ['{"a":1,"\\u0061":2}', "a"],
    ['[{"x":{"k":"v","k":"v"}}]', "k"],
    ['{"\\\\":1,"\\\\":2}', "\\"],
  ])("the repeated key of %s is %j", (text, key) => {
    const payload = Buffer.from(JSON.stringify({ ...provenance, predicate: "here" }).replace('"here"', text));
    const read = (): unknown => parseStatement("statement", payload).predicate;
    if (key === undefined) expect(read()).toEqual(JSON.parse(text));
    else expect(read).toThrow(`${JSON.stringify(key)} twice in one object`);
  });
});

test("SIG-050: a hint to a trusted key does not make another key's signature good", () => {
  const [trusted, other] = [makeKeys(), makeKeys()];
  const policy = trustOf({
    signers: [{ name: "ci", key: { pem: pemOf(trusted) }, may: [{ say: ["provenance"], for: ["dev"] }] }],
  });
  const bundle = spoiled(signPayload(instance, provenance, { signer: other }), (copy) => {
    copy.verificationMaterial.publicKey = {
      hint: createHash("sha256").update(spki(trusted.publicKey)).digest("base64"),
    };
    if (copy.dsseEnvelope?.signatures[0])
      copy.dsseEnvelope.signatures[0].keyid = copy.verificationMaterial.publicKey.hint;
  });
  expect(verdict(policy, bundle)).toBe("signature-invalid");
  expect(verdict(policy, signPayload(instance, provenance, { signer: other }))).toBe("key-unknown");
  expect(verdict(policy, signPayload(instance, provenance, { signer: trusted }))).toBe("OK");
});

describe("SIG-051: a threshold counts signers, not signatures", () => {
  const [one, two] = [makeKeys(), makeKeys()];
  const policy = trustOf({
    signers: [one, two].map((keys, index) => ({
      name: `approver-${index}`,
      key: { pem: pemOf(keys) },
      may: [{ say: ["provenance"], for: ["dev"] }],
    })),
  });
  const bundles = (...signers: (typeof one)[]): BundleJson[] =>
    signers.map((signer) =>
      signPayload(instance, provenance, { signer, entry: undefined, stampedAt: undefined }),
    );
  const counted = (...signed: BundleJson[]): string => {
    const answer = requireEvidence(verifyEvidence(question, pieces(...signed), policy), {
      predicate: "provenance",
      threshold: 2,
    });
    return answer.ok ? "OK" : answer.error.code;
  };

  test("one key, twice, is one signer", () => expect(counted(...bundles(one, one))).toBe("threshold"));
  test("one key under two key ids is one signer", () => {
    const [first, second] = bundles(one, one);
    if (!first || !second) throw new Error("two bundles");
    expect(
      counted(
        first,
        spoiled(second, (copy) => (copy.verificationMaterial.publicKey = { hint: "another name" })),
      ),
    ).toBe("threshold");
  });
  test("two keys are two signers", () => expect(counted(...bundles(one, two))).toBe("OK"));
});

test("SIG-052: lengths in the signed encoding are of bytes", () => {
  expect(preAuthEncoding("http://example.com/HelloWorld", Buffer.from("hello world")).toString()).toBe(
    "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
  );
  const keys = makeKeys();
  const policy = trustOf({
    signers: [{ name: "ci", key: { pem: pemOf(keys) }, may: [{ say: ["provenance"], for: ["dev"] }] }],
  });
  const payload = Buffer.from(JSON.stringify({ ...provenance, note: "ü" }));
  const inCharacters = Buffer.from(
    `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.toString().length} ${payload.toString()}`,
  );
  const bundle = spoiled(
    signPayload(instance, payload, { signer: keys, entry: undefined, stampedAt: undefined }),
    (copy) => {
      if (copy.dsseEnvelope)
        copy.dsseEnvelope.signatures = [
          { sig: sign("sha256", inCharacters, keys.privateKey).toString("base64") },
        ];
    },
  );
  expect(verdict(policy, bundle)).toBe("signature-invalid");
});

test("SIG-062: an edited predicate is refused", () => {
  const edited = { ...PROVENANCE, runDetails: { builder: { id: "https://trusted.example" } } };
  const bundle = withContent(signPayload(instance, provenance), {
    ...signPayload(instance, statement(SLSA, edited)),
  });
  const kept = signPayload(instance, provenance);
  const spoiledPayload = spoiled(kept, (copy) => {
    if (copy.dsseEnvelope)
      copy.dsseEnvelope.payload = Buffer.from(JSON.stringify(statement(SLSA, edited))).toString("base64");
  });
  expect(verdict(trust, spoiledPayload)).toBe("signature-invalid");
  expect(verdict(trust, bundle)).not.toBe("OK");
});

test("a key that was given does not accept a certificate, nor the other way round", () => {
  const keys = makeKeys();
  expect(
    bundleVerdict(instance, signFile(instance, FILE), { signer: { key: toPublicKey(keys.publicKey) } }),
  ).toBe("key-unknown");
  expect(bundleVerdict(instance, signFile(instance, FILE, { signer: keys }))).toBe("key-unknown");
});

function pemOf({ publicKey }: ReturnType<typeof makeKeys>): string {
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}

test("nothing that a stranger wrote reaches a terminal as it is", () => {
  const escape = "\u001b[2J\u202e";
  const hostile = [
    Buffer.from(`${escape}{`),
    toBytes(spoiled(signPayload(instance, provenance), (copy) => (copy.mediaType = escape))),
    toBytes(
      spoiled(signPayload(instance, provenance), (copy) =>
        Object.assign(copy.verificationMaterial, { [escape]: 1 }),
      ),
    ),
    toBytes(signPayload(instance, statement(escape, PROVENANCE))),
    toBytes(signPayload(instance, { ...provenance, subject: [{ digest: { [escape]: escape } }] })),
    toBytes(signPayload(instance, provenance, { payloadType: escape })),
    toBytes(
      signPayload(instance, provenance, {
        signer: makeLeaf(instance, { identities: [escape], oidcIssuer: escape }),
      }),
    ),
    toBytes(
      spoiled(signPayload(instance, provenance), (copy) => {
        const [entry] = copy.verificationMaterial.tlogEntries;
        if (entry) entry["kindVersion"] = { kind: escape, version: escape };
      }),
    ),
    Buffer.from(`{"${escape}":1,"${escape}":2}`),
  ];
  const { refused } = verifyEvidence(question, pieces(...hostile), trust);
  expect(refused.length).toBeGreaterThan(6);
  for (const { error } of refused) expect(error.message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});
