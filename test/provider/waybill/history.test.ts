import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeStatement } from "@waybill/core/evidence";
import { anchorOf } from "@waybill/core/history";
import { parsePinned } from "@waybill/core/image";
import { exportEvidence } from "@waybill/core/offline";
import { attachEvidence, signingOf } from "@waybill/core/proof";
import { signStatement } from "@waybill/core/signer";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { decodeValues, secret, Unknown } from "@waybill/provider";
import { closeAll } from "../../support/registry";
import { rejection } from "../served";
import { hash, servedPlace, trust } from "./place";
import { folder, signer, writeSigner } from "./support";

afterEach(closeAll);

const place = { service: "shop", environment: "staging", target: undefined };
const HOUR = 60 * 60 * 1000;

describe.each([
  ["with the referrers API", true],
  ["without it", false],
])("%s", (_, api) => {
  test("decided, then deployed: signed, in the history, and nothing to do the next time", async () => {
    const { decisions, deployments, decisionOn, deploymentOn, one, read, memory } = await servedPlace({
      api,
    });
    const decided = await decisions.create(decisionOn(one));
    const deployed = await deployments.create(deploymentOn(one, { decision: decided.id }));
    const { deployments: chain, decisions: found } = await read();
    expect(found.map(({ id }) => id)).toEqual([decided.outputs["decision"]]);
    expect(chain.map(({ id }) => id)).toEqual([deployed.outputs["record"]]);
    expect(chain[0]?.record).toMatchObject({
      number: 0,
      decision: decided.id,
      by: "ci",
      change: null,
      kind: "promoted",
    });
    expect(deployed.outputs).toMatchObject({
      number: 0,
      finishedOn: chain[0]?.record.finishedOn,
      time: null,
    });
    const count = memory.repository("team/app").manifests.size;
    const later = decisionOn(one, {}, { policy: hash("f"), carriedOut: true, by: "somebody else" });
    expect(await decisions.replaces(decided, later)).toEqual([]);
    expect(await deployments.replaces(deployed, { ...deployed.inputs, by: "x", change: "y" })).toEqual([]);
    expect((await deployments.read(deployed.id, deployed)).getId()).toBe(deployed.id);
    expect(memory.repository("team/app").manifests.size).toBe(count);
  });

  test("PRO-014: a create that is repeated after a kill finds its own result and adds nothing", async () => {
    const { decisions, deployments, decisionOn, deploymentOn, one, memory } = await servedPlace({ api });
    const decided = await decisions.create(decisionOn(one));
    const inputs = deploymentOn(one, { decision: decided.id });
    const deployed = await deployments.create(inputs);
    const count = memory.repository("team/app").manifests.size;
    expect(await decisions.create(decisionOn(one))).toEqual(decided);
    expect(await deployments.create(inputs)).toEqual(deployed);
    expect(memory.repository("team/app").manifests.size).toBe(count);
  });

  test("E6: a registry that does not answer is an error, never a replacement", async () => {
    const { decisions, deployments, decisionOn, deploymentOn, one, state } = await servedPlace({ api });
    const decided = await decisions.create(decisionOn(one));
    const deployed = await deployments.create(deploymentOn(one, { decision: decided.id }));
    state.down = true;
    for (const call of [
      () => decisions.replaces(decided),
      () => deployments.replaces(deployed),
      () => decisions.read(decided.id, decided),
      () => decisions.create(decisionOn(one)),
      () => deployments.create(deployed.inputs),
    ])
      expect((await rejection(call())).message).toMatch(/503/);
  });
});

test("PRO-037: a record that is gone from the registry is made again; what was made is found again", async () => {
  const { decisions, deployments, decisionOn, deploymentOn, one, memory, read } = await servedPlace();
  const decided = await decisions.create(decisionOn(one));
  const deployed = await deployments.create(deploymentOn(one, { decision: decided.id }));
  const { manifests } = memory.repository("team/app");
  manifests.delete(deployed.outputs["referrer"] as string);
  expect(await deployments.replaces(deployed)).toEqual(["record"]);
  expect((await deployments.read(deployed.id, deployed)).getId()).toBe("");
  const again = await deployments.create(deployed.inputs);
  expect((await read()).deployments.map(({ id }) => id)).toEqual([again.id]);
});

test("PRO-037: a stack whose state was lost finds the decision that it runs under, whoever signs now", async () => {
  const { decisions, deployments, decisionOn, deploymentOn, one, two, state } = await servedPlace();
  const decided = await decisions.create(decisionOn(one));
  const done = { carriedOut: true };
  await deployments.create(deploymentOn(one, { decision: decided.id }));
  state.now += 1000 * HOUR;
  const other = decisionOn(one, { signer: writeSigner("another") }, done);
  expect((await decisions.create(other)).id).toBe(decided.id);
  const { message } = await rejection(decisions.create(decisionOn(two, {}, done)));
  expect(message).toMatch(/expected the decision that it runs under, found none that counts/);
});

test("a decision that lapsed before it was carried out is made again, and one that was carried out never lapses", async () => {
  const { decisions, deployments, decisionOn, deploymentOn, one, state } = await servedPlace();
  const decided = await decisions.create(decisionOn(one));
  state.now += 25 * HOUR;
  expect(await decisions.replaces(decided)).toEqual(["decision"]);
  const anew = await decisions.create(decisionOn(one));
  expect(anew.id).not.toBe(decided.id);
  await deployments.create(deploymentOn(one, { decision: anew.id }));
  state.now += 25 * HOUR;
  expect(await decisions.replaces(anew)).toEqual([]);
});

test("PRO-024: a revoked decision is replaced, and lets no deployment be recorded", async () => {
  const { decisions, deployments, decisionOn, deploymentOn, one, registry, repository } = await servedPlace();
  const decided = await decisions.create(decisionOn(one));
  const anchor = parsePinned(`${repository}@${anchorOf(place, 0).digest}`);
  const words = { reason: "no", evidence: [decided.id] };
  const statement = writeStatement(anchor.digest, PREDICATE_TYPES.revocation, words);
  const bundle = await signStatement(statement, signingOf(signer, anchor.registry, {}));
  await attachEvidence(registry, anchor, bundle, { now: new Date() });
  expect(await decisions.replaces(decided)).toEqual(["decision"]);
  const { message } = await rejection(deployments.create(deploymentOn(one, { decision: decided.id })));
  expect(message).toMatch(/found none that counts/);
});

test("PRO-013: a decision for another image is refused in create, and says which one stands", async () => {
  const { decisions, decisionOn, one, two } = await servedPlace();
  await decisions.create(decisionOn(one));
  const { message } = await rejection(decisions.create(decisionOn(two)));
  expect(message).toContain(one);
  expect(message).toMatch(/nothing else is about to enter/);
});

test("--target: a workload that runs something else than is recorded is refused, with both digests", async () => {
  const { deployments, deploymentOn, one, two, read } = await servedPlace();
  const { message } = await rejection(deployments.create(deploymentOn(one, { running: two })));
  expect(message).toContain(`expected that it runs ${one}, found ${two}`);
  expect((await read()).deployments).toEqual([]);
});

test("a change of what is recorded makes a new record, and of the old one nothing is said", async () => {
  const { deployments, deploymentOn, one, two, read } = await servedPlace();
  const first = await deployments.create(deploymentOn(one, { kind: "built" }));
  const news = deploymentOn(two, { kind: "built", after: first.id });
  expect(await deployments.replaces(first, news)).toEqual(["after", "image"]);
  const second = await deployments.create(news);
  await deployments.remove(first.id, first);
  expect((await read()).deployments.map(({ id }) => id)).toEqual([first.id, second.id]);
});

test("the end of the newest one is recorded, once; a registry that is gone is a warning", async () => {
  const { deployments, deploymentOn, one, read, state } = await servedPlace();
  const made = await deployments.create(deploymentOn(one, { kind: "built" }));
  state.down = true;
  await deployments.remove(made.id, made);
  const text = deployments.engine.lines.map((line) => `${line.severity}: ${line.text}`).join("\n");
  expect(text).toMatch(/warning: The history does not say that it ended: .*503/);
  state.down = false;
  await deployments.remove(made.id, made);
  await deployments.remove(made.id, made);
  expect((await read()).deployments.map(({ record }) => record.kind)).toEqual(["built", "removed"]);
});

test("E8: with a file of exported evidence that holds the record, a registry that does not answer stops nobody", async () => {
  const { decisions, deployments, decisionOn, deploymentOn, one, two, registry, repository, state } =
    await servedPlace();
  const decided = await decisions.create(decisionOn(one));
  const deployed = await deployments.create(deploymentOn(one, { decision: decided.id }));
  const save = async (name: string, digest: string) => {
    const inquiry = { environment: "staging", predicates: [], now: new Date(state.now + HOUR) };
    const { bytes } = await exportEvidence(registry, parsePinned(`${repository}@${digest}`), inquiry, trust);
    const file = join(folder, name);
    writeFileSync(file, bytes);
    return file;
  };
  const [right, wrong] = [await save("one.json", one), await save("two.json", two)];
  state.down = true;
  const basisWith = (offline: string) => decisionOn(one, {}, { offline, carriedOut: true });
  expect(await decisions.replaces(decided, basisWith(right))).toEqual([]);
  expect(await deployments.replaces(deployed, { ...deployed.inputs, offline: right })).toEqual([]);
  expect(decisions.engine.lines.map(({ text }) => text).join()).toContain(`exported evidence in ${right}`);
  await rejection(decisions.replaces(decided, basisWith(wrong)));
  await rejection(deployments.replaces(deployed, { ...deployed.inputs, offline: wrong }));
});

test("P10: a tag is put on the digest after success, changed without a new record, and its failure is a warning", async () => {
  const { deployments, deploymentOn, one, memory, state } = await servedPlace();
  const { tags, manifests } = memory.repository("team/app");
  const made = await deployments.create(deploymentOn(one, { kind: "built", tag: "staging-1" }));
  expect(tags.get("staging-1")).toBe(one);
  const count = manifests.size;
  const news = { ...made.inputs, tag: "staging-2" };
  const diff = await deployments.diff(made.id, made, news);
  expect([diff.getDiffsList(), diff.getReplacesList()]).toEqual([["tag"], []]);
  await deployments.update(made.id, made, news);
  expect([tags.get("staging-2"), manifests.size]).toEqual([one, count]);
  state.down = true;
  const response = await deployments.update(made.id, made, { ...made.inputs, tag: "staging-3" });
  expect(decodeValues(response.getProperties())).toMatchObject({ record: made.id, tag: "staging-3" });
  expect(deployments.engine.lines.map(({ text }) => text).join()).toMatch(/The tag staging-3 was not put/);
});

test("previews change nothing and take what is not known yet", async () => {
  const { decisions, deployments, decisionOn, deploymentOn, one, memory } = await servedPlace();
  const count = memory.repository("team/app").manifests.size;
  expect((await decisions.check(decisionOn(one))).getFailuresList()).toEqual([]);
  const unknown = deploymentOn(one, {
    image: Unknown.value,
    running: Unknown.value,
    decision: Unknown.value,
  });
  expect((await deployments.check(unknown)).getFailuresList()).toEqual([]);
  expect(memory.repository("team/app").manifests.size).toBe(count);
});

test("secrets, keys and tags are refused before anything is signed", async () => {
  const { deployments, deploymentOn, decisions, decisionOn, one, repository } = await servedPlace();
  const failures = async (more: object) =>
    (await deployments.check({ ...deploymentOn(one), ...more }))
      .getFailuresList()
      .map((one) => one.getProperty());
  expect(await failures({ settings: { A: secret("x") } })).toEqual(["settings"]);
  expect(await failures({ signer: "-----BEGIN KEY" })).toEqual(["signer"]);
  expect(await failures({ image: `${repository}:latest` })).toEqual(["image"]);
  const other = await rejection(decisions.create(decisionOn(one, {}, { trust: hash("0") })));
  expect(other.message).toMatch(/expected the trust policy sha256:0/);
  const odd = await rejection(decisions.create(decisionOn(one, {}, { verdicts: [{ gate: "x" }] })));
  expect(odd.message).toMatch(/found \/verdicts\/0/);
});
