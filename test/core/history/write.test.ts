import { prove } from "@waybill/core/proof";
import { readDecision, remove } from "@waybill/core/history";
import { closeAll } from "../../support/registry";
import {
  decisionOn,
  deploymentOn,
  hash,
  HOUR,
  ours,
  place,
  stranger,
  theirs,
  trust,
  trusting,
} from "./support";
import { leaveProposal, noon, promoted, world } from "./world";

afterEach(closeAll);

describe.each([
  ["with the referrers API", true],
  ["without it", false],
])("%s", (_, api) => {
  test("nothing there is an empty history", async () => {
    const { read, head } = await world({ api });
    expect(await read()).toMatchObject({ deployments: [], head: undefined, forks: [], decisions: [] });
    expect(await head()).toBeUndefined();
  });

  test("decided, deployed, decided and deployed again: a chain, told from anchor and image alike", async () => {
    const { decideOn, deployOn, read, head, one, two, image, registry } = await world({ api });
    const first = await decideOn(decisionOn(one));
    const start = await deployOn(promoted(one, null, first.entry.id));
    const second = await decideOn(decisionOn(two, { after: start.entry.id }));
    const next = await deployOn(promoted(two, start.entry.id, second.entry.id), theirs);
    const history = await read();
    expect(history.deployments.map(({ id }) => id)).toEqual([start.entry.id, next.entry.id]);
    expect(history.decisions.map(({ id }) => id).sort()).toEqual([first.entry.id, second.entry.id].sort());
    expect(history.forks).toEqual([]);
    expect(history.head?.record).toMatchObject({
      number: 1,
      from: { digest: one, tag: "v1" },
      previous: start.entry.id,
    });
    expect(await head()).toEqual(history.head);
    const { claims } = await prove(
      registry,
      image(two),
      { environment: "staging", now: new Date(noon + HOUR) },
      trust,
    );
    expect(claims.map(({ id }) => id).sort()).toEqual([second.entry.id, next.entry.id].sort());
    const [decision] = claims.flatMap((claim) => readDecision(claim, place) ?? []);
    expect(decision?.record).toMatchObject({
      digest: two,
      trust: trust.hash,
      policy: hash("a"),
      after: start.entry.id,
    });
  });

  test("PRO-014: the same again finds the earlier one, and adds nothing", async () => {
    const { decideOn, deployOn, manifests, one } = await world({ api });
    const decision = await decideOn(decisionOn(one));
    const deployment = await deployOn(promoted(one, null, decision.entry.id));
    const count = manifests.size;
    expect(await decideOn(decisionOn(one))).toMatchObject({ added: false, entry: { id: decision.entry.id } });
    const again = await deployOn(promoted(one, null, decision.entry.id));
    expect(again).toEqual({ ...deployment, added: false });
    expect(manifests.size).toBe(count);
  });

  test("PRO-013: what is decided for one digest is refused for another, until it lapses or is carried out", async () => {
    const { decideOn, deployOn, one, two, clock } = await world({ api });
    const { entry } = await decideOn(decisionOn(one));
    await expect(decideOn(decisionOn(two), theirs)).rejects.toMatchObject({ code: "other-decision" });
    await expect(decideOn(decisionOn(two), theirs)).rejects.toThrow(
      `${one}, decided by ${entry.signer.identity}`,
    );
    await expect(decideOn(decisionOn(one, { config: hash("d") }))).rejects.toMatchObject({
      code: "other-decision",
    });
    clock.now += 25 * HOUR;
    const late = await decideOn(decisionOn(two), theirs);
    const start = await deployOn(promoted(two, null, late.entry.id));
    await expect(decideOn(decisionOn(one))).rejects.toMatchObject({ code: "head-moved" });
    expect(await decideOn(decisionOn(one, { after: start.entry.id }))).toMatchObject({ added: true });
  });

  test("what a killed run left behind gives way", async () => {
    const { decideOn, one, two, registry, app, options, read } = await world({ api });
    await leaveProposal(registry, app, one, options.now());
    expect((await read()).decisions).toHaveLength(1);
    const won = await decideOn(decisionOn(two), theirs);
    expect((await read()).decisions.map(({ id }) => id)).toEqual([won.entry.id]);
    await expect(decideOn(decisionOn(one))).rejects.toMatchObject({ code: "other-decision" });
  });

  test("a removed deployment ends what runs, once, and only while it is the newest", async () => {
    const { deployOn, registry, repository, options, read, one, two } = await world({ api });
    const first = await deployOn(deploymentOn(one));
    const second = await deployOn(deploymentOn(two, { after: first.entry.id }));
    const take = (id: string) => remove(registry, repository, place, id, ours.signing, options);
    expect(await take(first.entry.id)).toBeUndefined();
    const removed = await take(second.entry.id);
    expect(removed?.entry.record).toMatchObject({
      kind: "removed",
      number: 2,
      previous: second.entry.id,
      image: { digest: two },
    });
    expect(await take(second.entry.id)).toBeUndefined();
    expect(await take(removed?.entry.id ?? "")).toBeUndefined();
    expect((await read()).deployments).toHaveLength(3);
    const again = await deployOn(deploymentOn(one, { after: removed?.entry.id ?? "" }));
    expect(again.entry.record.from).toBeNull();
  });

  test("PRO-037: a stack that was restored and follows an old record is refused, and told what is the newest", async () => {
    const { decideOn, deployOn, one, two, manifests } = await world({ api });
    const first = await deployOn(deploymentOn(one));
    const second = await deployOn(deploymentOn(two, { after: first.entry.id }));
    const count = manifests.size;
    await expect(deployOn(deploymentOn(one, { after: first.entry.id }))).rejects.toThrow(
      `expected ${first.entry.id} as the newest record, found record 1, ${second.entry.id}: ${two}`,
    );
    await expect(decideOn(decisionOn(one, { after: first.entry.id }))).rejects.toMatchObject({
      code: "head-moved",
    });
    await expect(deployOn(deploymentOn(one))).resolves.toMatchObject({ added: false });
    expect(manifests.size).toBe(count);
  });
});

test("who may not say it is told before anything is attached", async () => {
  const { decideOn, deployOn, manifests, one } = await world();
  const count = manifests.size;
  await expect(decideOn(decisionOn(one), stranger)).rejects.toMatchObject({ code: "not-counted" });
  const only = trusting(["vsa"]);
  await expect(deployOn(deploymentOn(one), ours, { trust: only })).rejects.toThrow(/who may say deployment/);
  expect(manifests.size).toBe(count);
});

test("PRO-007: a deployment with other settings, or another digest, than were decided is refused", async () => {
  const { decideOn, deployOn, one, two } = await world();
  const { entry } = await decideOn(decisionOn(one));
  const refused = { code: "decision-missing" };
  await expect(deployOn(promoted(two, null, entry.id))).rejects.toMatchObject(refused);
  await expect(deployOn({ ...promoted(one, null, entry.id), config: hash("d") })).rejects.toMatchObject(
    refused,
  );
  await expect(deployOn(promoted(one, null, hash("9")))).rejects.toMatchObject(refused);
});

test("PRO-006: a decision that was carried out lets nothing in again; the same image may be rebuilt under it", async () => {
  const { decideOn, deployOn, one, two, registry, repository, options, clock } = await world();
  const { entry } = await decideOn(decisionOn(one));
  const first = await deployOn(promoted(one, null, entry.id));
  const second = await deployOn(deploymentOn(two, { after: first.entry.id }));
  await expect(deployOn(promoted(one, second.entry.id, entry.id))).rejects.toMatchObject({
    code: "decision-missing",
  });
  const removed = await remove(registry, repository, place, second.entry.id, ours.signing, options);
  clock.now += 1000 * HOUR;
  const words = { ...promoted(one, removed?.entry.id ?? "", entry.id), kind: "rebuilt" as const };
  expect(await deployOn(words)).toMatchObject({
    added: true,
    entry: { record: { kind: "rebuilt", number: 3 } },
  });
  expect(await decideOn(decisionOn(one))).toMatchObject({ added: false, entry: { id: entry.id } });
});
