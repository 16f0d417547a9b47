import { createPrivateKey, sign } from "node:crypto";
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
import { authority, certify, fulcio, holder, makeKeys, subjectAlternativeName } from "../support/certificate";
import { integer, sequence } from "../support/der";
import { IDENTITY, ISSUER, makeInstance, makeLeaf, NOON, signFile, signPayload } from "../support/instance";
import { toPublicKey } from "@waybill/core/trust";

const instance = makeInstance();
const trust = trustIn(instance.root);
const provenance = statement(SLSA, PROVENANCE);
const hour = (count: number): Date => new Date(NOON.getTime() + count * 3_600_000);

test("SIG-032: a bundle of another sigstore instance is refused", () => {
  expect(verdict(trust, signPayload(makeInstance(), provenance))).toBe("untrusted-root");
  expect(bundleVerdict(instance, signFile(makeInstance(), FILE))).toBe("untrusted-root");
});

test("SIG-033: a certificate that no trusted certificate transparency log has seen is refused", () => {
  for (const ctLog of [undefined, makeKeys()]) {
    const signer = makeLeaf(instance, { ctLog });
    expect(verdict(trust, signPayload(instance, provenance, { signer }))).toBe("sct-invalid");
  }
});

test("SIG-033: a wrong key for the right certificate transparency log is refused", () => {
  const root = spoiled(instance.root, (copy) => {
    for (const log of copy.ctlogs)
      log.publicKey.rawBytes = makeInstance().root.ctlogs[0]?.publicKey.rawBytes ?? "";
  });
  expect(verdict(trustIn(root), signPayload(instance, provenance))).toBe("sct-invalid");
});

test("a root without certificate transparency log, as private ones are, asks for none", () => {
  const root = { ...instance.root, ctlogs: [] };
  const signer = makeLeaf(instance, { ctLog: undefined });
  expect(verdict(trustIn(root), signPayload(instance, provenance, { signer }))).toBe("OK");
});

describe("SIG-034: a certificate chain that is not one is refused", () => {
  const bundle = signFile(instance, FILE, { entry: "hashedrekord 0.0.1" });
  const certificate = bundle.verificationMaterial.certificate ?? { rawBytes: "" };
  const withChain = (...certificates: { rawBytes: string }[]): string =>
    bundleVerdict(
      instance,
      spoiled(bundle, (copy) => {
        copy.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2";
        delete copy.verificationMaterial.certificate;
        copy.verificationMaterial.x509CertificateChain = { certificates };
      }),
    );
  const [intermediate, anchor] = instance.root.certificateAuthorities[0]?.certChain.certificates ?? [];
  if (!intermediate || !anchor) throw new Error("a chain");

  test("empty", () => expect(withChain()).toBe("certificate-chain"));
  test("with the root in it", () =>
    expect(withChain(certificate, intermediate, anchor)).toBe("certificate-chain"));
  test("an authority's certificate in front", () =>
    expect(withChain(intermediate)).toBe("certificate-chain"));
  test("the leaf and its issuer are fine", () => expect(withChain(certificate, intermediate)).toBe("OK"));
  test("no certificate at all", () => expect(withChain({ rawBytes: "MAA=" })).toBe("certificate-invalid"));
});

describe("SIG-037: a self-managed key", () => {
  const keys = makeKeys();
  const bundle = signFile(instance, FILE, { signer: keys });
  test("that is another one is refused", () =>
    expect(bundleVerdict(instance, bundle, { signer: { key: toPublicKey(makeKeys().publicKey) } })).toBe(
      "signature-invalid",
    ));
  test("for an envelope, that is another one, is refused", () => {
    const signed = signPayload(instance, provenance, { signer: keys });
    const asked = {
      artifact: { bytes: Buffer.from("image") },
      signer: { key: toPublicKey(makeKeys().publicKey) },
    };
    expect(bundleVerdict(instance, signed, asked)).toBe("signature-invalid");
  });
  test("that was not given is refused", () => expect(bundleVerdict(instance, bundle)).toBe("key-unknown"));

  const pem = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
  const until = (time: string): ReturnType<typeof trustOf> =>
    trustOf({
      roots: { here: { document: instance.root } },
      signers: [
        {
          name: "key",
          key: { pem },
          root: "here",
          until: time,
          may: [{ say: ["provenance"], for: ["dev"] }],
        },
      ],
    });
  test("that had ended when it signed is refused", () => {
    const signed = signPayload(instance, provenance, { signer: keys });
    expect(verdict(until("2026-06-01T11:00:00Z"), signed)).toBe("outside-window");
    expect(verdict(until("2026-06-01T12:30:00Z"), signed)).toBe("OK");
  });
  test("that has ended, with no trusted time, is refused", () => {
    const signed = signPayload(instance, provenance, { signer: keys, stampedAt: undefined });
    expect(verdict(until("2026-06-01T12:30:00Z"), signed)).toBe("no-trusted-time");
    expect(verdict(until("2026-06-01T13:30:00Z"), signed)).toBe("OK");
  });
});

/** A certificate by the right authority that is odd in one way. */
function odd(...extensions: Parameters<typeof certify>[0]["extensions"]): string {
  const signer = certify({
    name: "",
    from: hour(-1),
    until: hour(1),
    issuer: instance.intermediate,
    extensions,
  });
  const root = { ...instance.root, ctlogs: [] };
  return verdict(trustIn(root), signPayload(instance, provenance, { signer }));
}

describe("what the library does not look at in a certificate", () => {
  const usual = [...holder("1.3.6.1.5.5.7.3.3"), subjectAlternativeName(IDENTITY), fulcio(8, ISSUER)];
  test("the usual one is fine", () => expect(odd(...usual)).toBe("OK"));
  test("one for time stamping is refused", () =>
    expect(odd(...holder("1.3.6.1.5.5.7.3.8"), subjectAlternativeName(IDENTITY), fulcio(8, ISSUER))).toBe(
      "certificate-invalid",
    ));
  test("one for any use is refused", () =>
    expect(odd(subjectAlternativeName(IDENTITY), fulcio(8, ISSUER))).toBe("certificate-invalid"));
  test("an authority's is refused", () =>
    expect(odd(...usual, ...authority())).toMatch(/^certificate-(chain|invalid)$/));
  test("an unknown critical extension is refused", () =>
    expect(odd(...usual, { id: "1.2.3.4", critical: true, value: integer(1) })).toBe("certificate-invalid"));
  test("an unknown one that is not critical is fine", () =>
    expect(odd(...usual, { id: "1.2.3.4", value: integer(1) })).toBe("OK"));
  test("two names are refused", () =>
    expect(
      odd(...holder("1.3.6.1.5.5.7.3.3"), subjectAlternativeName("a@b.example", IDENTITY), fulcio(8, ISSUER)),
    ).toBe("certificate-invalid"));
  test("no name is refused", () =>
    expect(odd(...holder("1.3.6.1.5.5.7.3.3"), fulcio(8, ISSUER))).toBe("certificate-invalid"));
  test("an extension that stands twice is refused", () =>
    expect(odd(...usual, fulcio(8, "https://other.example"))).toBe("certificate-invalid"));
  test("a name without the issuer's extension is nobody's", () =>
    expect(odd(...holder("1.3.6.1.5.5.7.3.3"), subjectAlternativeName(IDENTITY))).toBe("issuer-mismatch"));
});

describe("SIG-054: edge cases of ECDSA signatures are refused", () => {
  const keys = makeKeys();
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const good = sign("sha256", FILE, keys.privateKey);
  const [r, s] = readPair(good);
  const signer = { key: toPublicKey(keys.publicKey) };
  const accepted = (signature: Buffer): string[] => {
    const bundle = spoiled(
      signFile(instance, FILE, { signer: keys, entry: undefined, stampedAt: undefined }),
      (copy) => {
        if (copy.messageSignature) copy.messageSignature.signature = signature.toString("base64");
      },
    );
    return [
      bundleVerdict(instance, bundle, { signer }),
      bundleVerdict(instance, bundle, { signer, artifact: { bytes: FILE } }),
    ];
  };
  const pair = (one: bigint, other: bigint): Buffer => sequence(integer(one), integer(other));
  const p1363 = sign("sha256", FILE, {
    key: createPrivateKey(keys.privateKey.export({ type: "pkcs8", format: "pem" })),
    dsaEncoding: "ieee-p1363",
  });

  test("the good one is accepted, by digest and whole", () => expect(accepted(good)).toEqual(["OK", "OK"]));
  test.each<[string, Buffer]>([
    ["r = 0", pair(0n, s)],
    ["s = 0", pair(r, 0n)],
    ["both 0", pair(0n, 0n)],
    ["r = n", pair(order, s)],
    ["s = n", pair(r, order)],
    ["r + n", pair(r + order, s)],
    ["s + n", pair(r, s + order)],
    ["r and s exchanged", pair(s, r)],
    ["as r and s side by side (IEEE P1363)", p1363],
    ["trailing bytes", Buffer.concat([good, Buffer.of(0)])],
    ["a length in too many bytes", Buffer.concat([Buffer.of(0x30, 0x81, good.length - 2), good.subarray(2)])],
    [
      "an integer with a zero too many",
      sequence(Buffer.concat([Buffer.of(0x02, 34, 0, 0), Buffer.alloc(32, 1)]), integer(s)),
    ],
    ["a third integer", sequence(integer(r), integer(s), integer(1))],
    ["one integer", sequence(integer(r))],
    ["nothing", sequence()],
    ["one byte", Buffer.of(0x30)],
  ])("%s", (_, signature) => expect(accepted(signature)).toEqual(["signature-invalid", "signature-invalid"]));

  test("a malleated one (n - s) is the same signer's word, and not what was logged", () => {
    const malleated = pair(r, order - s);
    expect(accepted(malleated)).toEqual(["OK", "OK"]);
    const bundle = spoiled(signFile(instance, FILE, { signer: keys }), (copy) => {
      if (!copy.messageSignature) return;
      const [one, other] = readPair(Buffer.from(copy.messageSignature.signature, "base64"));
      copy.messageSignature.signature = pair(one, order - other).toString("base64");
      copy.verificationMaterial.timestampVerificationData = { rfc3161Timestamps: [] };
    });
    expect(bundleVerdict(instance, bundle, { signer })).toBe("log-signature-mismatch");
  });
});

function readPair(signature: Buffer): [bigint, bigint] {
  const length = signature[3] ?? 0;
  const read = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString("hex")}`);
  return [read(signature.subarray(4, 4 + length)), read(signature.subarray(6 + length))];
}
