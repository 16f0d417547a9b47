import {
  type Claim,
  requireEvidence,
  trustImpact,
  type Verdict,
  verifyEvidence,
  withoutSigner,
} from "@waybill/core/evidence";
import type { Trust } from "@waybill/core/trust";
import {
  codeOf,
  digestOf,
  IMAGE,
  pieces,
  PROVENANCE,
  question,
  SLSA,
  statement,
  trustOf,
} from "./support/asked";
import { makeKeys } from "./support/certificate";
import { type BundleJson, makeInstance, NOON, signPayload } from "./support/instance";

const instance = makeInstance();
const [ci, security] = [makeKeys(), makeKeys()];
const pemOf = ({ publicKey }: typeof ci): string =>
  publicKey.export({ type: "spki", format: "pem" }).toString();
const BLOCK = "https://waybill.dev/evidence/block/v1";
const REVOCATION = "https://waybill.dev/evidence/revocation/v1";
const policy = (more: object = {}, securityMore: object = {}): Trust =>
  trustOf({
    roots: { here: { document: instance.root } },
    signers: [
      {
        name: "ci",
        key: { pem: pemOf(ci) },
        root: "here",
        may: [{ say: ["provenance"], for: ["dev", "prod"] }],
      },
      {
        name: "security",
        key: { pem: pemOf(security) },
        root: "here",
        may: [{ say: ["block", "revocation"], for: ["dev"] }],
        ...securityMore,
      },
    ],
    ...more,
  });
const signed = (type: string, predicate: object, signer = security): BundleJson =>
  signPayload(instance, statement(type, predicate), { signer });
const provenance = signed(SLSA, PROVENANCE, ci);
const ask = (trust: Trust, ...bundles: BundleJson[]): Verdict =>
  requireEvidence(verifyEvidence(question, pieces(provenance, ...bundles), trust), {
    predicate: "provenance",
  });
const codeOfAnswer = (verdict: Verdict): string => (verdict.ok ? "OK" : verdict.error.code);
const why = { reason: "backdoor", by: "sec@acme.example", at: "2026-06-01T00:00:00Z" };

function idOf(bundle: BundleJson): string {
  const [claim] = verifyEvidence(question, pieces(bundle), policy()).claims;
  return (claim as Claim).id;
}

describe("a block", () => {
  test("in the trust policy suffices", () =>
    expect(codeOfAnswer(ask(policy({ blocked: [{ digest: IMAGE, ...why }] })))).toBe("blocked"));
  test("of another digest does nothing", () =>
    expect(codeOfAnswer(ask(policy({ blocked: [{ digest: digestOf("other"), ...why }] })))).toBe("OK"));
  test("as signed evidence suffices", () =>
    expect(codeOfAnswer(ask(policy(), signed(BLOCK, { reason: "backdoor" })))).toBe("blocked"));
  test("by somebody who may not say it does nothing", () =>
    expect(codeOfAnswer(ask(policy(), signed(BLOCK, { reason: "spite" }, ci)))).toBe("OK"));
  test("holds in the environments it is granted for", () => {
    const report = verifyEvidence(
      { ...question, environment: "prod" },
      pieces(provenance, signed(BLOCK, { reason: "x" })),
      policy(),
    );
    expect(report.blocks).toEqual([]);
  });
  test("says why and by whom", () => {
    const { blocks } = verifyEvidence(question, pieces(signed(BLOCK, { reason: "backdoor" })), policy());
    expect(blocks).toEqual([{ reason: "backdoor", by: expect.any(String) as string, at: NOON }]);
  });
  test("keeps its force when its signer's time is over, or the signer is cut off", () => {
    for (const over of [
      { until: "2026-01-01T00:00:00Z" },
      { compromised: "2026-01-01T00:00:00Z" },
      { from: "2027-01-01T00:00:00Z" },
    ]) {
      expect(codeOfAnswer(ask(policy({}, over), signed(BLOCK, { reason: "backdoor" })))).toBe("blocked");
    }
  });
  test("in the policy is there even when evidence floods the registry", () => {
    const flood = pieces(...Array.from({ length: 1001 }, () => provenance));
    const report = verifyEvidence(question, flood, policy({ blocked: [{ digest: IMAGE, ...why }] }));
    expect(codeOfAnswer(requireEvidence(report, { predicate: "provenance" }))).toBe("blocked");
  });
});

describe("a revocation", () => {
  test("in the trust policy takes the evidence away", () => {
    const answer = ask(policy({ revoked: [{ evidence: idOf(provenance), ...why }] }));
    expect(answer).toMatchObject({ ok: false, refused: [{ error: { code: "revoked" } }] });
  });
  test("as signed evidence does too", () => {
    const answer = ask(policy(), signed(REVOCATION, { reason: "wrong build", evidence: [idOf(provenance)] }));
    expect(answer).toMatchObject({ ok: false, refused: [{ error: { code: "revoked" } }] });
  });
  test("of other evidence does nothing", () =>
    expect(
      codeOfAnswer(ask(policy(), signed(REVOCATION, { reason: "x", evidence: [digestOf("other")] }))),
    ).toBe("OK"));
  test("by somebody who may not say it does nothing", () =>
    expect(
      codeOfAnswer(ask(policy(), signed(REVOCATION, { reason: "x", evidence: [idOf(provenance)] }, ci))),
    ).toBe("OK"));
  test("meets the same statement however it is signed or written again", () => {
    const trust = policy({ revoked: [{ evidence: idOf(provenance), ...why }] });
    const again = signed(SLSA, PROVENANCE, ci);
    expect(verifyEvidence(question, pieces(again), trust).claims).toEqual([]);
  });
  test("cannot take back a block", () => {
    const block = signed(BLOCK, { reason: "backdoor" });
    const revocation = signed(REVOCATION, { reason: "sorry", evidence: [idOf(block)] });
    expect(codeOfAnswer(ask(policy(), block, revocation))).toBe("blocked");
  });
});

describe("the impact of a change of trust", () => {
  const other = digestOf("other");
  const untimed = signPayload(instance, statement(SLSA, PROVENANCE, other), {
    signer: ci,
    stampedAt: undefined,
  });
  const holdings = [
    { digest: IMAGE, registry: undefined, pieces: pieces(provenance) },
    { digest: other, registry: undefined, pieces: pieces(untimed) },
  ];
  const before = policy();
  const impact = (after: Trust): unknown[] =>
    trustImpact(holdings, before, after, ["dev", "prod"], question.now).map(
      ({ digest, environment, predicate, lost, remaining }) => [
        digest,
        environment,
        predicate,
        lost.length,
        remaining,
      ],
    );

  test("without a signer, everything that it signed is lost", () =>
    expect(impact(withoutSigner(before, "ci"))).toEqual([
      [IMAGE, "dev", "provenance", 1, 0],
      [IMAGE, "prod", "provenance", 1, 0],
      [other, "dev", "provenance", 1, 0],
      [other, "prod", "provenance", 1, 0],
    ]));
  test("cut off after a time, what has a trusted time before it stays", () =>
    expect(impact(withoutSigner(before, "ci", new Date(NOON.getTime() + 1000)))).toEqual([
      [other, "dev", "provenance", 1, 0],
      [other, "prod", "provenance", 1, 0],
    ]));
  test("of somebody who signed nothing there is none", () =>
    expect(impact(withoutSigner(before, "security"))).toEqual([]));
  test("of an unknown signer is an error", () =>
    expect(codeOf(() => withoutSigner(before, "nobody"))).toBe("unknown-signer"));
});
