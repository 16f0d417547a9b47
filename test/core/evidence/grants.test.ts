import { requireEvidence, verifyEvidence } from "@waybill/core/evidence";
import { toPublicKey, type Trust } from "@waybill/core/trust";
import {
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
} from "./support/asked";
import { makeKeys } from "./support/certificate";
import {
  type BundleJson,
  IDENTITY,
  ISSUER,
  makeInstance,
  makeLeaf,
  NOON,
  signPayload,
} from "./support/instance";

const instance = makeInstance();
const provenance = signPayload(instance, statement(SLSA, PROVENANCE));
const keys = makeKeys();
const pem = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
const minutes = (count: number): Date => new Date(NOON.getTime() + count * 60_000);
const grant = [{ say: ["provenance"], for: ["dev"] }];
const withKey = (entry: object): Trust =>
  trustOf({
    roots: { here: { document: instance.root } },
    signers: [{ name: "key", key: { pem }, may: grant, ...entry }],
  });
const timed = signPayload(instance, statement(SLSA, PROVENANCE), { signer: keys });
const untimed = signPayload(instance, statement(SLSA, PROVENANCE), {
  signer: keys,
  stampedAt: undefined,
  entry: undefined,
});

describe("who may say what for which environment", () => {
  test("what is granted counts", () => expect(verdict(trustIn(instance.root), provenance)).toBe("OK"));
  test("a dev signer cannot speak for staging", () =>
    expect(verdict(trustIn(instance.root), provenance, { environment: "staging" })).toBe("not-granted"));
  test("a signer cannot say what is not granted", () =>
    expect(verdict(trustIn(instance.root, { may: [{ say: ["signature"], for: ["dev"] }] }), provenance)).toBe(
      "not-granted",
    ));
  test("grants do not mix: each goes with its own environments", () => {
    const may = [
      { say: ["signature"], for: ["dev"] },
      { say: ["provenance"], for: ["staging"] },
    ];
    expect(verdict(trustIn(instance.root, { may }), provenance)).toBe("not-granted");
  });
  test("for a list, whatever it counts for, any environment will do", () =>
    expect(verdict(trustIn(instance.root), provenance, { environment: undefined })).toBe("OK"));
});

describe("from and until", () => {
  const at = (window: object, bundle: BundleJson): string =>
    verdict(withKey({ root: "here", ...window }), bundle);
  const [before, noon, after] = [minutes(-1), NOON, minutes(1)].map((time) => time.toISOString());
  test.each([
    [{ from: before, until: after }, "OK"],
    [{ from: noon, until: noon }, "OK"],
    [{ from: after }, "outside-window"],
    [{ until: before }, "outside-window"],
  ])("with a trusted time: %j", (window, code) => expect(at(window, timed)).toBe(code));

  const [longAgo, later] = ["2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"];
  test.each([
    [{}, "OK"],
    [{ until: later }, "OK"],
    [{ until: before }, "no-trusted-time"],
    [{ from: longAgo }, "no-trusted-time"],
  ])("without one: %j", (window, code) => expect(at(window, untimed)).toBe(code));
});

describe("a compromised signer", () => {
  const cut = (compromised: Date): Trust => withKey({ root: "here", compromised: compromised.toISOString() });
  test("keeps what it signed before, by a trusted time", () =>
    expect(verdict(cut(minutes(1)), timed)).toBe("OK"));
  test("loses what it signed at that time or later", () => {
    expect(verdict(cut(NOON), timed)).toBe("signer-compromised");
    expect(verdict(cut(minutes(-1)), timed)).toBe("signer-compromised");
  });
  test("loses what has no trusted time: it may be from later", () =>
    expect(verdict(cut(minutes(1)), untimed)).toBe("no-trusted-time"));
  test("a time that the thief's clock says is not trusted", () => {
    const backdated = statement(SLSA, {
      ...PROVENANCE,
      runDetails: { builder: { id: "x:y" }, metadata: { startedOn: "2020-01-01T00:00:00Z" } },
    });
    const bundle = signPayload(instance, backdated, { signer: keys, stampedAt: minutes(5) });
    expect(verdict(cut(minutes(1)), bundle)).toBe("signer-compromised");
  });
});

describe("two entries for one signer", () => {
  const entry = { issuer: ISSUER, identity: IDENTITY, root: "here" };
  const trust = trustOf({
    roots: { here: { document: instance.root } },
    signers: [
      { ...entry, name: "old", may: grant, until: minutes(-10).toISOString() },
      { ...entry, name: "new", may: grant, from: minutes(-5).toISOString() },
    ],
  });
  test("count by the one that fits", () => {
    const { claims } = verifyEvidence(question, pieces(provenance), trust);
    expect(claims.map(({ trustedAs }) => trustedAs)).toEqual([["new"]]);
  });
  test("are one signer for a threshold", () => {
    const report = verifyEvidence(
      question,
      pieces(provenance, signPayload(instance, statement(SLSA, PROVENANCE))),
      trust,
    );
    expect(requireEvidence(report, { predicate: "provenance", threshold: 2 }).ok).toBe(false);
  });
});

describe("a key that is confined to a host", () => {
  const trust = withKey({ key: { pem: `Waybill-Only-For: 127.0.0.1\n${pem}` } });
  test("counts there", () => expect(verdict(trust, untimed, { registry: "127.0.0.1:5000" })).toBe("OK"));
  test("does not count elsewhere", () => expect(verdict(trust, untimed)).toBe("key-confined"));
  test("does not count where nobody knows", () =>
    expect(verdict(trust, untimed, { registry: undefined })).toBe("key-confined"));
});

test("a hint that is no fingerprint leaves all keys to be tried", () => {
  const named = spoiled(untimed, (copy) => (copy.verificationMaterial.publicKey = { hint: "release-key" }));
  expect(verdict(withKey({}), named)).toBe("OK");
  expect(
    verdict(
      withKey({}),
      spoiled(untimed, (copy) => (copy.verificationMaterial.publicKey = { hint: "" })),
    ),
  ).toBe("OK");
  expect(toPublicKey(keys.publicKey).fingerprint).toBe(untimed.verificationMaterial.publicKey?.hint);
});

test("requirements may ask for particular signers of the policy", () => {
  const other = {
    name: "other",
    issuer: ISSUER,
    identity: "https://ci.example/other",
    root: "here",
    may: grant,
  };
  const trust = trustOf({
    roots: { here: { document: instance.root } },
    signers: [{ ...other, name: "ci", identity: IDENTITY }, other],
  });
  const theirs = signPayload(instance, statement(SLSA, PROVENANCE), {
    signer: makeLeaf(instance, { identities: [other.identity] }),
  });
  const report = verifyEvidence(question, pieces(provenance, theirs), trust);
  expect(requireEvidence(report, { predicate: "provenance", threshold: 2 }).ok).toBe(true);
  expect(requireEvidence(report, { predicate: "provenance", signers: ["ci"] })).toMatchObject({
    ok: true,
    claims: [{ signer: { identity: IDENTITY } }],
  });
  expect(requireEvidence(report, { predicate: "provenance", signers: ["ci"], threshold: 2 }).ok).toBe(false);
  expect(requireEvidence(report, { predicate: "provenance", signers: [] }).ok).toBe(false);
  expect(report.question.digest).toBe(IMAGE);
});
