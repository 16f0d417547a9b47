import type * as pb from "@pulumi/pulumi/proto/provider_pb";
import { collectEvidence } from "@waybill/core/proof";
import { decodeValues, secret, Unknown, type Values } from "@waybill/provider";
import { closeAll } from "../../support/registry";
import { rejection } from "../served";
import { served, signature, signer, writeSigner } from "./support";

afterEach(closeAll);

type Served = Awaited<ReturnType<typeof served>>;

async function created({ create }: Served, inputs: Values) {
  const response = await create(inputs);
  return { id: response.getId(), inputs, outputs: decodeValues(response.getProperties()) };
}

const replaced = (diff: pb.DiffResponse) => diff.getReplacesList();

describe.each([
  ["with the referrers API", true],
  ["without it", false],
])("%s", (_, api) => {
  test("create signs and attaches; the registry is the truth: gone is replaced, and that makes it again", async () => {
    const all = await served("Attestation", { api });
    const made = await created(all, signature(all.name));
    const [piece] = await collectEvidence(all.registry, all.image);
    expect(made.outputs).toMatchObject({
      image: all.name,
      referrer: piece?.referrer,
      evidence: expect.stringMatching(/^sha256:\w{64}$/) as string,
      signedBy: expect.stringMatching(/^[\w+/]{43}=$/) as string,
      time: null,
    });
    expect(made.id).toBe(`${all.image.registry}/team/app@${piece?.referrer ?? ""}`);
    expect(replaced(await all.diff(made.id, made, made.inputs))).toEqual([]);
    expect((await all.read(made.id, made)).getId()).toBe(made.id);

    all.manifests.delete(piece?.referrer ?? "");
    expect(replaced(await all.diff(made.id, made, made.inputs))).toEqual(["referrer"]);
    expect((await all.read(made.id, made)).getId()).toBe("");
    const again = await created(all, signature(all.name));
    expect(again.outputs["evidence"]).toBe(made.outputs["evidence"]);
    expect(replaced(await all.diff(again.id, again, again.inputs))).toEqual([]);
  });

  test("a create that is repeated after a kill finds its own result and adds nothing", async () => {
    const all = await served("Attestation", { api });
    const first = await created(all, signature(all.name));
    const count = all.manifests.size;
    expect(await created(all, signature(all.name))).toEqual(first);
    expect(all.manifests.size).toBe(count);
  });

  test("E6: a registry that does not answer is an error in diff and read, never a replacement", async () => {
    const all = await served("Attestation", { api });
    const made = await created(all, signature(all.name));
    const down = await served("Attestation", { api, faults: [{ times: Infinity, then: { status: 503 } }] });
    const there = { ...made, outputs: { ...made.outputs, image: down.name } };
    for (const call of [down.diff(made.id, there, made.inputs), down.read(made.id, there)]) {
      const { message } = await rejection(call);
      expect(message).toMatch(/referrers of .*503.*try again/);
    }
  });
});

test("deleting the resource deletes no evidence, and asks nobody", async () => {
  const all = await served("Attestation");
  const made = await created(all, signature(all.name));
  await all.remove(made.id, made);
  expect(await collectEvidence(all.registry, all.image)).toHaveLength(1);
  const down = await served("Attestation", { faults: [{ times: Infinity, then: { status: 503 } }] });
  await expect(down.remove(made.id, made)).resolves.toBeDefined();
});

test("a preview changes nothing, knows the image, and takes one that is not known yet", async () => {
  const all = await served("Attestation");
  const known = await all.create(signature(all.name), { preview: true });
  expect(decodeValues(known.getProperties())).toMatchObject({ image: all.name, referrer: Unknown.value });
  const unknown = signature(all.name, { image: Unknown.value });
  expect((await all.check(unknown)).getFailuresList()).toEqual([]);
  expect(decodeValues((await all.create(unknown, { preview: true })).getProperties())).toMatchObject({
    image: Unknown.value,
  });
  expect(all.manifests.size).toBe(1);
});

test.each([
  ["another image", { image: "registry.example/other@sha256:" + "a".repeat(64) }, ["image"]],
  ["another signer", { signer: "other.yaml" }, ["signer"]],
  ["another type", { predicateType: "provenance" }, ["predicateType"]],
  ["other words", { predicate: { more: true } }, ["predicate.more"]],
  ["an image that is not known yet", { image: Unknown.value }, ["image"]],
])("%s is other evidence: replaced, without asking the registry", async (_, change, paths) => {
  const all = await served("Attestation", { faults: [{ times: Infinity, then: { status: 503 } }] });
  const inputs = signature(all.name);
  const diff = await all.diff("id", { inputs, outputs: inputs }, { ...inputs, ...change });
  expect(replaced(diff)).toEqual(paths);
});

test.each([
  ["a tag", { image: "registry.example/shop:1" }, "image", /digest/],
  ["a key", { signer: "-----BEGIN PRIVATE KEY-----\nabc" }, "signer", /found a key/],
  ["a secret", { predicate: { password: secret("hunter2") } }, "predicate", /evidence is public/],
  ["no signer", { signer: null }, "signer", /found nothing/],
  ["a wrong type", { predicate: "text" }, "predicate", /expected a object|expected an object/],
])("%s is refused in preview", async (_, change, property, reason) => {
  const all = await served("Attestation");
  const failures = (await all.check(signature(all.name, change))).getFailuresList();
  expect(failures.map((failure) => failure.getProperty())).toEqual([property]);
  expect(failures[0]?.getReason()).toMatch(reason);
});

test("two signers are two pieces of evidence", async () => {
  const all = await served("Attestation");
  await created(all, signature(all.name));
  await created(all, signature(all.name, { signer: writeSigner("theirs") }));
  expect(await collectEvidence(all.registry, all.image)).toHaveLength(2);
});

test.each([
  ["a signer that is not there", { signer: "/nowhere.yaml" }, /\/nowhere\.yaml/],
  ["a predicate that is none of its type", { predicateType: "provenance" }, /buildDefinition/],
  [
    "a type that nobody reads",
    { predicateType: "https://example.com/x" },
    /a predicate type that Waybill reads/,
  ],
])("%s is refused in plain words, and nothing is attached", async (_, change, words) => {
  const all = await served("Attestation");
  const { message } = await rejection(all.create(signature(all.name, change)));
  expect(message).toMatch(words);
  expect(message).not.toMatch(/\n\s+at /);
  expect(all.manifests.size).toBe(1);
});

test("an image that is not in the registry is refused", async () => {
  const all = await served("Attestation");
  const missing = `${all.image.registry}/team/app@sha256:${"a".repeat(64)}`;
  expect((await rejection(all.create(signature(missing)))).message).toMatch(/404|not found|found/i);
  expect(all.manifests.size).toBe(1);
});

test("it cannot be imported", async () => {
  const all = await served("Attestation");
  expect((await rejection(all.read("x@y"))).message).toMatch(/import.*Declare it/);
});

test("it serves its resources, with a schema that names them, and refuses other types", async () => {
  const { provider } = await served("Attestation");
  const schema = JSON.parse(provider.schema ?? "") as { version: string; resources: object };
  expect(schema.version).toBe("1.2.3");
  expect(Object.keys(schema.resources)).toEqual(
    ["Attestation", "Sbom", "Decision", "Deployment"].map((name) => `waybill:index:${name}`),
  );
  expect(() => provider.resource("waybill:index:Other")).toThrow(/waybill:index:Attestation or/);
  expect(signer).toMatch(/\.yaml$/);
});
