import { parsePinned } from "@waybill/core/image";
import { LIMITS, requireEvidence, type Verdict, verifyEvidence } from "@waybill/core/evidence";
import { parseTrustRoot } from "@waybill/core/trust";
import {
  bundleVerdict,
  codeOf,
  FILE,
  IMAGE,
  pieces,
  PROVENANCE,
  question,
  report,
  SIGNATURE,
  SLSA,
  spoiled,
  statement,
  trustIn,
  verdict,
} from "../support/asked";
import { certify, holder } from "../support/certificate";
import {
  type BundleJson,
  IDENTITY,
  makeInstance,
  makeLeaf,
  NOON,
  signFile,
  signPayload,
  toBytes,
} from "../support/instance";

const instance = makeInstance();
const trust = trustIn(instance.root);
const provenance = statement(SLSA, PROVENANCE);
const answerOf = (answer: Verdict): string => (answer.ok ? "OK" : answer.error.code);
const required = (predicate: string, ...bundles: (BundleJson | Buffer)[]): string =>
  answerOf(requireEvidence(report(trust, ...bundles), { predicate }));

test("SIG-030: one log that gives its entry twice, or one signer twice, is one", () => {
  const bundle = spoiled(signPayload(instance, provenance), (copy) => {
    copy.verificationMaterial.tlogEntries.push(...copy.verificationMaterial.tlogEntries);
  });
  const twice = report(trust, bundle, signPayload(instance, provenance));
  expect(twice.claims).toHaveLength(2);
  expect(answerOf(requireEvidence(twice, { predicate: "provenance", threshold: 2 }))).toBe("threshold");
});

test("SIG-040: a validly signed attestation of another type does not satisfy", () => {
  expect(required("signature", signPayload(instance, provenance))).toBe("predicate-missing");
  expect(required("provenance", signPayload(instance, statement(SIGNATURE, {})))).toBe("predicate-missing");
});

test("SIG-063: evidence in the wrong slot is refused", () => {
  const asked = { artifact: { digest: IMAGE } };
  const bundle = signPayload(instance, provenance);
  expect(bundleVerdict(instance, bundle, { ...asked, predicate: "vsa" })).toBe("predicate-type");
  expect(bundleVerdict(instance, bundle, { ...asked, predicate: SIGNATURE })).toBe("predicate-type");
  expect(bundleVerdict(instance, bundle, { ...asked, predicate: SLSA })).toBe("OK");
});

test("SIG-066: endless evidence is refused as a whole, at once", () => {
  const [piece] = pieces(signPayload(instance, provenance));
  if (!piece) throw new Error("a piece");
  const flood = Array.from({ length: LIMITS.pieces + 1 }, () => piece);
  const { claims, refused } = verifyEvidence(question, flood, trust);
  expect([claims.length, refused.map(({ error }) => error.code)]).toEqual([0, ["too-many"]]);
  const heavy = { source: "heavy", bytes: Buffer.alloc(LIMITS.totalBytes + 1) };
  expect(verifyEvidence(question, [heavy], trust).refused[0]?.error.code).toBe("too-many");
});

describe("SIG-067: a bundle with too much in it is refused before it is looked at", () => {
  const bundle = signPayload(instance, provenance);
  const many = <Item>(item: Item): Item[] => Array.from({ length: 10_000 }, () => item);
  test("log entries", () => {
    const { tlogEntries } = bundle.verificationMaterial;
    expect(
      verdict(
        trust,
        spoiled(bundle, (copy) => (copy.verificationMaterial.tlogEntries = many(tlogEntries[0] ?? {}))),
      ),
    ).toBe("bundle-too-large");
  });
  test("timestamps", () => {
    const stamps = many({ signedTimestamp: "MAA=" });
    expect(
      verdict(
        trust,
        spoiled(
          bundle,
          (copy) => (copy.verificationMaterial.timestampVerificationData = { rfc3161Timestamps: stamps }),
        ),
      ),
    ).toBe("bundle-too-large");
  });
  test("subjects", () => {
    const subject = many({ digest: { sha256: "0".repeat(64) } });
    expect(verdict(trust, signPayload(instance, { ...provenance, subject }))).toBe("bundle-too-large");
  });
  test("proof hashes", () => {
    const hashes = many("AAAA");
    const heavy = spoiled(bundle, (copy) =>
      Object.assign(copy.verificationMaterial.tlogEntries[0]?.["inclusionProof"] as object, { hashes }),
    );
    expect(verdict(trust, heavy)).toBe("bundle-too-large");
  });
});

test("SIG-068: a bundle larger than any honest one is refused before it is parsed", () => {
  expect(verdict(trust, Buffer.alloc(LIMITS.bundleBytes + 1, "["))).toBe("bundle-too-large");
  expect(verdict(trust, Buffer.alloc(100_000, "["))).toBe("bundle-format");
});

test("SIG-071: what an annotation or a source says of the type is not asked", () => {
  const signed = signPayload(instance, statement(SIGNATURE, {}));
  const [piece] = pieces(signed);
  const { claims } = verifyEvidence(
    question,
    [{ source: SLSA, bytes: piece?.bytes ?? Buffer.alloc(0) }],
    trust,
  );
  expect(claims.map(({ predicateType }) => predicateType)).toEqual([SIGNATURE]);
});

describe("SIG-072: foreign and broken evidence neither breaks nor satisfies", () => {
  const good = signPayload(instance, provenance);
  const foreign = signPayload(makeInstance(), provenance);
  const stranger = signPayload(instance, provenance, {
    signer: makeLeaf(instance, { identities: ["https://evil.example"] }),
  });
  const unknown = signPayload(instance, statement("https://example.com/unheard-of", {}));
  const broken = [
    Buffer.from("{"),
    Buffer.from("{}"),
    Buffer.alloc(0),
    Buffer.from([0xff]),
    toBytes(good).subarray(0, 500),
  ];

  test("beside a good one", () =>
    expect(required("provenance", ...broken, foreign, stranger, unknown, good)).toBe("OK"));
  test("alone", () =>
    expect(required("provenance", ...broken, foreign, stranger, unknown)).toBe("no-trusted-evidence"));
  test("each with its reason", () => {
    const codes = report(trust, ...broken, foreign, stranger, unknown, good).refused.map(
      ({ error }) => error.code,
    );
    expect(codes).toEqual([
      ...broken.map(() => "bundle-format"),
      "untrusted-root",
      "identity-mismatch",
      "not-granted",
    ]);
  });
});

test("SIG-076: evidence that is too old is refused where its age matters", () => {
  const DAY = 24 * 3_600_000;
  const evidence = pieces(signPayload(instance, provenance));
  const after = (days: number): Verdict => {
    const later = { ...question, now: new Date(NOON.getTime() + days * DAY) };
    return requireEvidence(verifyEvidence(later, evidence, trust), {
      predicate: "provenance",
      maxAge: 7 * DAY,
    });
  };
  expect([answerOf(after(6.9)), answerOf(after(7.1))]).toEqual(["OK", "no-trusted-evidence"]);
  expect(after(7.1)).toMatchObject({ refused: [{ error: { code: "stale" } }] });
});

test("SIG-077: only a digest can be asked about; a tag is refused before anything is fetched", () => {
  expect(codeOf(() => parsePinned("registry.example/shop:v1"))).toBe("not-pinned");
  expect(parsePinned(`registry.example/shop:v1@${IMAGE}`).digest).toBe(question.digest);
});

test("SIG-075: signatures that a tag of another image leads to are refused", () => {
  expect(
    verdict(
      trust,
      signPayload(instance, statement(SIGNATURE, {}, question.digest.replace(/.$/, "0") as typeof IMAGE)),
    ),
  ).toBe("subject-mismatch");
});

describe("SIG-078: trust comes from the trust policy alone", () => {
  test("an authority that the bundle itself brings is not believed", () => {
    const own = makeInstance();
    const bundle = spoiled(signFile(own, FILE, { entry: "hashedrekord 0.0.1" }), (copy) => {
      copy.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2";
      const { certificate } = copy.verificationMaterial;
      delete copy.verificationMaterial.certificate;
      const rawBytes = own.intermediate.der.toString("base64");
      copy.verificationMaterial.x509CertificateChain = {
        certificates: certificate ? [certificate, { rawBytes }] : [],
      };
    });
    expect(bundleVerdict(instance, bundle)).toBe("untrusted-root");
  });
  test("a root has no address to be fetched from", () => {
    expect(() =>
      trustIn(instance.root, {}, { roots: { here: { url: "https://registry.example/root" } } }),
    ).toThrow('unknown key "url"');
  });
});

test("SIG-079: TUF metadata, which a trusted root travels in, is no trusted root", () => {
  const metadata = {
    signed: { _type: "root", version: 1, expires: "2020-01-01T00:00:00Z", roles: {} },
    signatures: [],
  };
  expect(codeOf(() => parseTrustRoot("root", metadata))).toBe("root-invalid");
});

describe("SIG-083: a trusted root that is not whole is refused", () => {
  test.each<[string, (root: ReturnType<typeof makeInstance>["root"]) => void]>([
    ["a log key without start", (root) => root.tlogs.forEach((log) => delete log.publicKey.validFor?.start)],
    ["a log key without validity", (root) => root.tlogs.forEach((log) => delete log.publicKey.validFor)],
    [
      "a certificate log key without start",
      (root) => root.ctlogs.forEach((log) => delete log.publicKey.validFor?.start),
    ],
    [
      "a log key that starts at no time",
      (root) => root.tlogs.forEach((log) => (log.publicKey.validFor = { start: "soon" })),
    ],
    ["a log key that is none", (root) => root.tlogs.forEach((log) => (log.publicKey.rawBytes = "AAAA"))],
    [
      "an authority without certificates",
      (root) => root.certificateAuthorities.forEach((ca) => (ca.certChain.certificates = [])),
    ],
    [
      "an authority's chain in the wrong order",
      (root) => root.certificateAuthorities.forEach((ca) => ca.certChain.certificates.reverse()),
    ],
    [
      "an authority whose certificate is none",
      (root) =>
        root.certificateAuthorities.forEach((ca) => (ca.certChain.certificates = [{ rawBytes: "MAA=" }])),
    ],
    [
      "a timestamp authority that is for code signing",
      (root) =>
        (root.timestampAuthorities = [
          {
            ...root.timestampAuthorities[0],
            uri: "",
            validFor: {},
            certChain: { certificates: [{ rawBytes: codeSigner }] },
          },
        ]),
    ],
    ["another media type", (root) => (root.mediaType = "application/json")],
  ])("%s", (_, spoil) => {
    expect(codeOf(() => parseTrustRoot("root", spoiled(instance.root, spoil)))).toBe("root-invalid");
  });
  const until = new Date(NOON.getTime() + 1000);
  const codeSigner = certify({
    name: "x",
    from: NOON,
    until,
    extensions: holder("1.3.6.1.5.5.7.3.3"),
  }).der.toString("base64");
});

test("a statement about several images counts for each of them, and its id does not depend on how the bundle is written", () => {
  const bundle = signPayload(instance, {
    ...provenance,
    subject: [{ digest: { sha256: "0".repeat(64) } }, { digest: { sha256: IMAGE.slice(7) } }],
  });
  const spaced = Buffer.from(JSON.stringify(bundle, null, 2));
  const [one, other] = report(trust, bundle, spaced).claims;
  expect(one?.id).toBe(other?.id);
  expect(one?.signer.identity).toBe(IDENTITY);
});
