import fc from "fast-check";
import {
  type Claim,
  isAbout,
  parseStatement,
  readReferrer,
  type Refused,
  verifyEvidence,
  writeReferrer,
} from "@waybill/core/evidence";
import { parseTrustRoot, toPublicKey } from "@waybill/core/trust";
import {
  bundleVerdict,
  codeOf,
  FILE,
  IMAGE,
  PROVENANCE,
  question,
  SIGNATURE,
  SLSA,
  statement,
  trustIn,
  trustOf,
} from "./support/asked";
import { makeKeys } from "./support/certificate";
import { type BundleJson, makeInstance, signFile, signPayload, toBytes } from "./support/instance";
import { mutate, mutation } from "./support/mutate";

/**
 * No input makes the verifier crash, hang or accept what nobody signed. The same inputs each time; more of them, or others,
 * by the environment: WAYBILL_FUZZ_RUNS for each property, WAYBILL_FUZZ_SEED.
 */
const numRuns = Number(process.env["WAYBILL_FUZZ_RUNS"] ?? 300);
const seed = Number(process.env["WAYBILL_FUZZ_SEED"] ?? 20261121);
/** Generous: what takes longer than this on any machine is a hang. */
const HANG_MS = 2000;

const instance = makeInstance();
const trust = trustIn(instance.root);
const keys = makeKeys();
const keyTrust = trustOf({
  signers: [
    {
      name: "key",
      key: { pem: keys.publicKey.export({ type: "spki", format: "pem" }).toString() },
      may: [{ say: ["signature", "provenance"], for: ["dev"] }],
    },
  ],
});
const ids = new Map<string, string>();
const signed: BundleJson[] = (
  ["hashedrekord 0.0.2", "hashedrekord 0.0.1", "dsse 0.0.1", "dsse 0.0.2", "intoto 0.0.2"] as const
).flatMap((entry) => [
  signPayload(instance, statement(SLSA, PROVENANCE), { entry }),
  signPayload(instance, statement(SIGNATURE, {}), { entry, signer: keys }),
]);
const foreign = [signFile(instance, FILE), signPayload(makeInstance(), statement(SLSA, PROVENANCE))];

function judged(bytes: Buffer, policy: typeof trust): Claim | Refused {
  const { claims, refused } = verifyEvidence(question, [{ source: "fuzzed", bytes }], policy);
  const answer = claims[0] ?? refused[0];
  if (!answer || claims.length + refused.length !== 1) throw new Error("one piece, one answer");
  return answer;
}

function inTime<Result>(run: () => Result): Result {
  const started = performance.now();
  const result = run();
  if (performance.now() - started > HANG_MS) throw new Error("a hang");
  return result;
}

beforeAll(() => {
  for (const bundle of signed) {
    for (const policy of [trust, keyTrust]) {
      const answer = judged(toBytes(bundle), policy);
      if ("id" in answer) ids.set(answer.id, answer.predicateType);
    }
  }
  expect(ids.size).toBe(2);
});

jest.setTimeout(3_600_000);

test("arbitrary bytes are refused", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 2000 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.string().map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, (input) => "error" in inTime(() => judged(Buffer.from(input), trust))),
    { numRuns, seed },
  );
});

test("a spoiled bundle is refused, or still says what was signed", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...signed, ...foreign),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      (bundle, mutations) => {
        const spoiled = toBytes(
          mutations.reduce<BundleJson>((document, one) => mutate(document, one), bundle),
        );
        return [trust, keyTrust].every((policy) => {
          const answer = inTime(() => judged(spoiled, policy));
          return "error" in answer || ids.get(answer.id) === answer.predicateType;
        });
      },
    ),
    { numRuns, seed },
  );
});

test("a bundle cut or changed anywhere in its bytes is refused, or still says what was signed", () => {
  const change = fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }), cut: fc.boolean() });
  fc.assert(
    fc.property(fc.constantFrom(...signed), change, (bundle, { at, byte, cut }) => {
      const bytes = toBytes(bundle);
      const index = at % bytes.length;
      bytes[index] = byte;
      const answer = inTime(() => judged(cut ? bytes.subarray(0, index) : bytes, trust));
      return "error" in answer || ids.get(answer.id) === answer.predicateType;
    }),
    { numRuns, seed },
  );
});

test("a signed statement counts only if it is one, about the digest, of a granted type, with a fitting predicate", () => {
  const base = fc.constantFrom(statement(SLSA, PROVENANCE), statement(SIGNATURE, {}));
  const payload = fc.oneof(
    fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
    fc
      .tuple(base, fc.array(mutation, { maxLength: 3 }))
      .map(([document, mutations]) => Buffer.from(JSON.stringify(mutations.reduce(mutate, document)))),
    fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(payload, (bytes) => {
      const bundle = signPayload(instance, bytes, { signer: keys, entry: undefined, stampedAt: undefined });
      const answer = inTime(() => judged(toBytes(bundle), keyTrust));
      if ("error" in answer) return true;
      const said = JSON.parse(bytes.toString()) as Record<string, unknown>;
      return (
        isAbout(parseStatement("fuzzed", bytes), IMAGE) &&
        [SLSA, SIGNATURE].includes(String(said["predicateType"]))
      );
    }),
    { numRuns, seed },
  );
});

test("a spoiled signature over a file is refused, whether the file or its digest is given", () => {
  const bundles = [signFile(instance, FILE), signFile(instance, FILE, { signer: keys })];
  const signer = { key: toPublicKey(keys.publicKey) };
  fc.assert(
    fc.property(
      fc.constantFrom(...bundles),
      mutation,
      fc.uint8Array({ maxLength: 40 }),
      (bundle, one, file) => {
        const other = Buffer.from(file);
        const spoiled = mutate(bundle, one);
        const verdicts = [{}, { signer }].flatMap((asked) => [
          inTime(() => bundleVerdict(instance, spoiled, { ...asked, artifact: { bytes: other } })),
          inTime(() => bundleVerdict(instance, toBytes(spoiled), { ...asked, artifact: { digest: IMAGE } })),
        ]);
        return verdicts.every((verdict) => verdict !== "OK");
      },
    ),
    { numRuns, seed },
  );
});

test("a spoiled trusted root is refused, or verifies without a crash", () => {
  const bundle = signed[0];
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      const root = mutations.reduce(mutate, instance.root);
      return (
        inTime(() => codeOf(() => parseTrustRoot("fuzzed", root))) !== "OK" ||
        bundle === undefined ||
        codeOf(() => bundleVerdict(instance, bundle, { root, artifact: { digest: IMAGE } })) === "OK"
      );
    }),
    { numRuns: Math.ceil(numRuns / 3), seed },
  );
});

test("a spoiled referrer manifest is refused, or still names the image", () => {
  const descriptor = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest: IMAGE, size: 1 };
  const manifest = JSON.parse(
    writeReferrer(descriptor, Buffer.from("x"), SLSA, new Date(0)).manifest.bytes.toString(),
  ) as object;
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      const spoiled = mutations.reduce(mutate, manifest);
      const bytes = Buffer.from(JSON.stringify(spoiled));
      const verdict = inTime(() => codeOf(() => readReferrer("fuzzed", bytes, IMAGE)));
      return verdict !== "OK" || (spoiled as { subject?: { digest?: string } }).subject?.digest === IMAGE;
    }),
    { numRuns, seed },
  );
});
