import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attachEvidence, attest, collectEvidence, prove, signingOf, type Words } from "@waybill/core/proof";
import { generateKeyFile, openSigning, type Signing, signStatement } from "@waybill/core/signer";
import { writeStatement } from "@waybill/core/evidence";
import { trustOf, SIGNATURE, SLSA, PROVENANCE } from "../evidence/support/asked";
import { makeLeaf, signPayload, toBytes } from "../evidence/support/instance";
import { parseDigest } from "@waybill/core/image";
import { addImage, closeAll } from "../../support/registry";
import { statement } from "../evidence/support/asked";
import { bundleOf, instance, later, withImage } from "./support";

const folder = mkdtempSync(join(tmpdir(), "waybill-attest-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(closeAll);

const keys = generateKeyFile("password");
writeFileSync(join(folder, "key.pem"), keys.privatePem);
writeFileSync(join(folder, "password"), "password");
const signing = openSigning(
  { key: { file: join(folder, "key.pem"), password: { file: join(folder, "password") } } },
  "registry.example",
);
const trust = trustOf({
  signers: [
    {
      name: "ci",
      key: { pem: keys.publicPem },
      may: [{ say: ["signature", "provenance", "spdx"], for: ["dev"] }],
    },
  ],
});
const signature: Words = { predicateType: SIGNATURE, predicate: {} };
const asked = { environment: "dev", now: later };

describe.each([
  ["with the referrers API", true],
  ["without it", false],
])("%s", (_, api) => {
  it("signs, attaches, and what it attached proves something", async () => {
    const { registry, image } = await withImage(api);
    const done = await attest(registry, image, signature, signing, { now: later });
    expect(done).toMatchObject({ predicateType: SIGNATURE, added: true, time: undefined });
    const { claims, refused } = await prove(registry, image, asked, trust);
    expect(refused).toEqual([]);
    expect(claims).toMatchObject([{ id: done.id, signer: { identity: done.signer }, trustedAs: ["ci"] }]);
  });

  it("again: finds its own earlier result and adds nothing", async () => {
    const { registry, image, memory } = await withImage(api);
    const first = await attest(registry, image, signature, signing, { now: later });
    const count = memory.repository("team/app").manifests.size;
    const again = await attest(registry, image, signature, signing, { now: new Date() });
    expect(again).toEqual({ ...first, added: false });
    expect(memory.repository("team/app").manifests.size).toBe(count);
  });
});

describe("what is about other digests too", () => {
  const also = async (absent = false) => {
    const { registry, image, memory } = await withImage(true);
    const { digest } = addImage(memory, "team/app", "another");
    const other = { ...image, digest: parseDigest(digest) };
    const missing = parseDigest(`sha256:${"0".repeat(64)}`);
    const words: Words = { ...signature, also: [other.digest, ...(absent ? [missing] : [])] };
    return { registry, image, other, words };
  };

  it("is one statement, attached to each of them", async () => {
    const { registry, image, other, words } = await also();
    const done = await attest(registry, image, words, signing, { now: later });
    expect(done.also).toEqual([other.digest]);
    for (const place of [image, other]) {
      const { claims } = await prove(registry, place, asked, trust);
      expect(claims.map(({ id }) => id)).toEqual([done.id]);
    }
  });

  it("killed between them, it goes on where it was", async () => {
    const { registry, image, other, words } = await also();
    const statementOf = writeStatement([image.digest, other.digest], SIGNATURE, {});
    const bundle = await signStatement(statementOf, signing);
    await attachEvidence(registry, image, bundle, { now: later });
    expect(await collectEvidence(registry, other)).toEqual([]);
    expect(await attest(registry, image, words, signing, { now: later })).toMatchObject({
      added: false,
      also: [other.digest],
    });
    expect(await collectEvidence(registry, other)).toHaveLength(1);
  });

  it("leaves out what the repository does not have", async () => {
    const { registry, image, other, words } = await also(true);
    const done = await attest(registry, image, words, signing, { now: later });
    expect(done.also).toEqual([other.digest]);
  });
});

it("the order of keys in a predicate makes no difference", async () => {
  const { registry, image } = await withImage(true);
  const { buildDefinition, runDetails } = PROVENANCE;
  const say = (predicate: object) =>
    attest(registry, image, { predicateType: SLSA, predicate }, signing, { now: later });
  const first = await say({ buildDefinition, runDetails });
  expect(await say({ runDetails, buildDefinition })).toEqual({ ...first, added: false });
});

it("another predicate, another signer and a broken signature do not stand for one's own", async () => {
  const { registry, image } = await withImage(true);
  const attach = (bundle: Buffer) => attachEvidence(registry, image, bundle, { now: later });
  const own = await signStatement(writeStatement(image.digest, SIGNATURE, {}), signing);
  const broken = JSON.parse(own.toString()) as { dsseEnvelope: { signatures: object[] } };
  broken.dsseEnvelope.signatures = [{ sig: Buffer.alloc(70).toString("base64") }];
  await attach(Buffer.from(JSON.stringify(broken)));
  await attach(bundleOf(image));
  await attest(registry, image, { predicateType: SLSA, predicate: PROVENANCE }, signing, { now: later });
  expect(await attest(registry, image, signature, signing, { now: later })).toMatchObject({ added: true });
  expect(await attest(registry, image, signature, signing, { now: later })).toMatchObject({ added: false });
  expect(await collectEvidence(registry, image)).toHaveLength(4);
});

it("what costs work is found out only if the same signer never said it", async () => {
  const { registry, image } = await withImage(true);
  const sbom = {
    spdxVersion: "SPDX-2.3",
    SPDXID: "SPDXRef-DOCUMENT",
    name: "image",
    documentNamespace: "https://example.com/1",
    creationInfo: { created: "2026-06-01T12:00:00Z", creators: ["Tool: test"] },
  };
  const predicateType = "https://spdx.dev/Document";
  await attachEvidence(registry, image, bundleOf(image, predicateType, sbom), { now: later });
  const make = jest.fn(() => Promise.resolve(sbom));
  const suffices = (predicate: unknown) => (predicate as { name: string }).name === "image";
  const words = { predicateType, make, suffices };
  const say = () => attest(registry, image, words, signing, { now: later });
  expect(await say()).toMatchObject({ added: true });
  expect(await say()).toMatchObject({ added: false });
  expect(make).toHaveBeenCalledTimes(1);
  const pickier = attest(registry, image, { ...words, suffices: () => false }, signing, { now: later });
  expect(await pickier).toMatchObject({ added: true });
});

it("a predicate that is not what its type asks for is never signed", async () => {
  const { registry, image, memory } = await withImage(true);
  const say = (words: Words) => attest(registry, image, words, signing, { now: later });
  await expect(say({ predicateType: SLSA, predicate: {} })).rejects.toMatchObject({
    code: "predicate-invalid",
  });
  await expect(say({ predicateType: "https://example.com/x", predicate: {} })).rejects.toMatchObject({
    code: "predicate-unknown",
  });
  expect(memory.repository("team/app").manifests.size).toBe(1);
});

it("a certificate's holder finds what the same identity signed before, with another key", async () => {
  const { registry, image } = await withImage(true);
  const bundle = toBytes(signPayload(instance, statement(SIGNATURE, {}, image.digest)));
  await attachEvidence(registry, image, bundle, { now: later });
  const holder = (identities?: string[]): Signing => {
    const leaf = makeLeaf(instance, identities ? { identities } : {});
    const answer = { bytes: Buffer.alloc(1), publicKey: leaf.publicKey, certificate: leaf.der };
    return { ...signing, signer: { sign: () => Promise.resolve(answer) } };
  };
  const same = await attest(registry, image, signature, holder(), { now: later });
  expect(same).toMatchObject({
    added: false,
    signer: "https://ci.example/acme/shop/.ci/build.yml@refs/heads/main",
  });
  expect(same.time?.toISOString()).toBe("2026-06-01T12:00:00.000Z");
  await expect(
    attest(registry, image, signature, holder(["https://else"]), { now: later }),
  ).rejects.toMatchObject({
    code: "self-check-failed",
  });
});

describe("a signer reference", () => {
  it("is a file that says how to sign, with paths relative to it", async () => {
    writeFileSync(join(folder, "signing.yaml"), "key:\n  file: key.pem\n  password:\n    file: password\n");
    const { signer } = signingOf(join(folder, "signing.yaml"), "registry.example");
    await expect(signer.sign(Buffer.from("x"))).resolves.toMatchObject({ certificate: undefined });
  });

  it("is a key service as NAME://KEY", async () => {
    const { signer } = signingOf("waybillnone://key", undefined);
    await expect(signer.sign(Buffer.from("x"))).rejects.toMatchObject({ code: "program-failed" });
  });

  it("that leads nowhere is refused with the file's name", () => {
    expect(() => signingOf(join(folder, "none.yaml"), undefined)).toThrow(/none\.yaml/);
    writeFileSync(join(folder, "secret.yaml"), "key:\n  file: key.pem\n  password: hunter2\n");
    expect(() => signingOf(join(folder, "secret.yaml"), undefined)).toThrow(/password/);
  });
});
