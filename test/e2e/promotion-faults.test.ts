import { cpSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { kubectl, pods } from "./support/cluster";
import { Detour, type Held, type Sent } from "./support/detour";
import { startUp, type Update } from "./support/kill";
import { PromotedProject, type Told } from "./support/promoted";
import { useSandbox, type TestSandbox } from "./support/sandbox";

jest.setTimeout(240_000);

const GREETING = "hi from staging";
const { vsa, deployment } = PREDICATE_TYPES;

let sandbox: TestSandbox;
let project: PromotedProject;
let detour: Detour;
let first: string;
let broken: string;
let next: string;

beforeAll(async () => {
  sandbox = await useSandbox();
  project = new PromotedProject(sandbox, "faults");
  detour = await Detour.before(project);
  await project.twoStacks({ config: { GREETING }, rolloutSeconds: 8 });
  first = (await project.mustUp("dev")).digest ?? "";
  expect((await project.mustUp("staging")).digest).toBe(first);
});
afterAll(async () => {
  detour.open();
  await project.remove();
  await detour.close();
});

const proposing = ({ type, subject }: Sent): boolean => type === vsa && subject === project.anchor;
const publishing = ({ type, subject }: Sent): boolean => type === vsa && subject !== project.anchor;
const recording = ({ type, subject }: Sent): boolean => type === deployment && subject === project.anchor;
const tellingImage = ({ type, subject }: Sent): boolean => type === deployment && subject !== project.anchor;

/** The last look of who decides comes after publishing. */
function lookingAgain(): (sent: Sent) => boolean {
  let published = false;
  return (sent) => {
    published ||= publishing(sent);
    return published && sent.method === "GET" && sent.path.endsWith(`/referrers/${project.anchor}`);
  };
}

async function reaches(update: Update | undefined, { arrived }: Pick<Held, "arrived">): Promise<void> {
  const over = await Promise.race([arrived, update?.ended]);
  if (over !== undefined)
    throw new Error(`ended with ${over ?? "a signal"} before:\n${update?.output() ?? ""}`);
}

/** kill -9 at one step, and what Pulumi asks for afterwards. */
async function killAt(wanted: (sent: Sent) => boolean): Promise<void> {
  const held = detour.hold(wanted);
  const update = startUp(project, "staging");
  await reaches(update, held);
  await update.kill();
  held.letGo(false);
  await project.unlock();
}

async function rollingOut(digest: string): Promise<void> {
  const found = await kubectl(
    sandbox,
    ...["get", "deployment", project.name, "-n", project.namespace],
    ...["-o", "jsonpath={.spec.template.spec.containers[0].image}"],
  );
  if (found.includes(digest)) return;
  await delay(50);
  await rollingOut(digest);
}

test("a failed rollout leaves no record; what ran goes on; and the next digest enters once it is given up", async () => {
  broken = await project.release(
    `if (process.env.GREETING === "${GREETING}") throw new Error("broken on purpose");`,
  );
  project.set("staging", { pin: broken });
  const [{ code, output }, later] = await Promise.all([
    project.up("staging"),
    project.release("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);"),
  ]);
  expect(code).not.toBe(0);
  expect(output).toMatch(/CrashLoopBackOff|Error|exit code 1|progress deadline/i);
  expect(await project.deployed()).toEqual([first]);
  expect(await project.decidedOn(broken)).toHaveLength(1);
  expect(await project.running()).toEqual([first]);

  next = later;
  project.set("staging", { pin: undefined });
  const { digest, release } = await project.mustUp("staging");
  expect(digest).toBe(first);
  const [, command = ""] =
    /found sha256:\S+, decided by [^]* failed: waybill (evidence revoke .*)$/m.exec(release.waiting ?? "") ??
    [];
  const words = command.replace("TEXT", "broken").replace("FILE", sandbox.signer).trim();
  expect(await project.waybill(...words.split(" "))).toMatchObject({ code: 0 });
  expect(await project.decidedOn(broken)).toEqual([]);
});

describe("kill -9 of pulumi and all its children, step by step through one promotion", () => {
  let before: readonly Told[];
  beforeAll(async () => (before = await project.history()));

  const nothingHappened = async (): Promise<void> => {
    expect(await project.history()).toEqual(before);
    expect(await project.running()).toEqual([first]);
  };

  test("before the decision; and a second update meanwhile is told that the stack is locked", async () => {
    const held = detour.hold(proposing);
    const update = startUp(project, "staging");
    await reaches(update, held);
    const second = await project.up("staging");
    expect(second.code).not.toBe(0);
    expect(second.output).toMatch(/currently locked by 1 lock/);
    await update.kill();
    held.letGo(false);
    await project.unlock();
    expect(await project.decidedOn(next)).toEqual([]);
    await nothingHappened();
  });

  test.each([
    ["while it is being decided", publishing],
    ["after the decision, before anything changes", lookingAgain()],
  ])("%s", async (_, step) => {
    await killAt(step);
    expect(await project.decidedOn(next)).toHaveLength(1);
    await nothingHappened();
  });

  test("in the middle of the rollout", async () => {
    const update = startUp(project, "staging");
    await reaches(update, { arrived: rollingOut(next) });
    await update.kill();
    await project.unlock();
    expect(await project.history()).toEqual(before);
  });

  test("after the rollout, before the record", async () => {
    await killAt(recording);
    expect(await project.history()).toEqual(before);
    expect(await project.running()).toEqual([next]);
  });

  test("after the record, before the state is saved", async () => {
    await killAt(tellingImage);
    expect(await project.deployed()).toEqual([first, next]);
  });

  test("the next update completes it: one decision, one record, nothing pending", async () => {
    const clear = ["--yes", "--skip-preview", "--clear-pending-creates"];
    await project.must("refresh", ...clear, ...project.at("staging"));
    const { digest, release } = await project.mustUp("staging");
    expect({ digest, waiting: release.waiting }).toEqual({ digest: next, waiting: null });
    const deployments = await project.history();
    expect(deployments.map((one) => one.digest)).toEqual([first, next]);
    expect((await project.decidedOn(next)).map(({ id }) => id)).toEqual([deployments[1]?.decision]);
    expect(await project.pendingOperations("staging")).toBe(0);
    expect(await project.running()).toEqual([next]);
  });

  test("P9: the same promotion twice changes nothing", async () => {
    expect(await project.up("staging", "--expect-no-changes")).toMatchObject({ code: 0 });
    expect(await project.deployed()).toEqual([first, next]);
  });
});

describe("from here on two copies of the project, with a state of their own each, and one registry", () => {
  let copy: PromotedProject;
  let winner: PromotedProject;
  let loser: PromotedProject;
  let won: string;

  beforeAll(() => {
    copy = new PromotedProject(sandbox, project.name);
    for (const part of [".backend", ".settings", "promotion.yaml"])
      cpSync(`${project.folder}/${part}`, `${copy.folder}/${part}`, { recursive: true });
    copy.environment["NODE_OPTIONS"] = project.environment["NODE_OPTIONS"];
    project.set("staging", { pin: first, config: { GREETING: "hello" } });
    copy.set("staging", { pin: broken, config: { GREETING: "hello" } });
  });
  afterAll(() => rmSync(copy.folder, { recursive: true }));

  test.each([
    ["the record", "**waybill:index:Deployment::*"],
    ["the workload", "**kubernetes:apps/v1:Deployment::*"],
  ])("--target of %s alone: nothing new runs, and nothing is recorded", async (_, target) => {
    const { code, output } = await project.up("staging", "--target", target);
    expect(code).not.toBe(0);
    expect(output).toMatch(/expected the decision on .*, found one on .*without --target/);
    expect(await project.deployed()).toEqual([first, next]);
    expect(await project.running()).toEqual([next]);
  });

  test("P9: both at once: never two winners, and the loser is told what to do", async () => {
    const both = [project, copy] as const;
    const proposals = both.map(() => detour.hold(proposing));
    const record = detour.hold(recording);
    const updates = both.map((one) => startUp(one, "staging"));
    await Promise.all(proposals.map((held, index) => reaches(updates[index], held)));
    for (const held of proposals) held.letGo(true);
    const lost = await Promise.race(updates.map(async ({ ended }, index) => (await ended, index)));
    [winner, loser, won] = lost === 0 ? [copy, project, broken] : [project, copy, first];
    const words =
      /expected that nothing else is about to enter there, found sha256:.*Wait until it runs there or lapses/s;
    expect(updates[lost]?.output()).toMatch(words);
    await reaches(updates[1 - lost], record);
    expect((await loser.preview("staging")).output).toMatch(words);
    record.letGo(true);
    expect(await updates[1 - lost]?.ended).toBe(0);
    expect(await winner.deployed()).toEqual([first, next, won]);
    expect(await winner.running()).toEqual([won]);
  });

  test("PRO-037: a state from before is told, follows the signed history, and promotes nothing", async () => {
    loser.set("staging", { pin: won });
    const { code, output } = await loser.up("staging");
    expect(code).toBe(0);
    expect(output).toMatch(
      new RegExp(`state of this stack says that it runs ${next}, its signed history says ${won}`),
    );
    expect(await loser.outputs("staging")).toMatchObject({ digest: won });
    expect(await winner.deployed()).toEqual([first, next, won]);
    expect(await winner.running()).toEqual([won]);
  });

  test("PRO-001: a digest that somebody wrote into the output of dev is refused", async () => {
    const edited = `sha256:${"e".repeat(64)}`;
    await loser.editState("dev", (state) => state.replaceAll(next, edited));
    loser.set("staging", { pin: undefined });
    const { output } = await loser.preview("staging");
    expect(output).toMatch(
      new RegExp(`${edited} .*may not enter staging: 2 of 3 gates say no: proof, order`),
    );
    expect(output).not.toMatch(/waybill:index:(?:Decision|Deployment)|apps.v1:Deployment/);
  });

  test("a history that lost its newest record is refused", async () => {
    const { takeBack, putBack } = await winner.newestRecord();
    await takeBack();
    const { code, output } = await winner.up("staging");
    await putBack();
    expect(code).not.toBe(0);
    expect(output).toMatch(
      /expected the record sha256:\w+, which its stack wrote down as the newest one, found a history that ends with record 1/,
    );
  });

  test("PRO-038: what preview let in is refused in up, once its evidence is revoked", async () => {
    winner.set("staging", { pin: next });
    expect((await winner.preview("staging")).output).toMatch(/it may enter staging/);
    await winner.revoke(next, "provenance");
    const { code, output } = await winner.up("staging");
    expect(code).not.toBe(0);
    expect(output).toMatch(/may not enter staging: 1 of 3 gates says no: proof[^]*revoked/);
    expect(await winner.deployed()).toEqual([first, next, won]);
    winner.set("staging", { pin: won });
  });

  test("with all of it destroyed, it comes back under the decision that let it in, and can be scaled", async () => {
    const destroy = ["destroy", "--yes", "--skip-preview"];
    await Promise.all(["staging", "dev"].map((stack) => winner.must(...destroy, ...winner.at(stack))));
    expect(await winner.mustUp("staging")).toMatchObject({ digest: won });
    winner.set("staging", { replicas: 2 });
    await winner.mustUp("staging");
    expect(await pods(sandbox, winner.namespace)).toHaveLength(2);
    const [, , entered, removed, rebuilt, ...more] = await winner.history();
    expect([removed?.kind, rebuilt?.kind, ...more]).toEqual(["removed", "rebuilt"]);
    expect(rebuilt).toMatchObject({ digest: won, decision: entered?.decision });
    expect(await winner.decidedOn(won)).toHaveLength(won === first ? 2 : 1);
  });

  test("E8: with the registry silent, it can be scaled by exported evidence, and by nothing else", async () => {
    const file = `${winner.folder}/.settings/evidence.json`;
    await winner.ask("evidence", "export", `${winner.repository}@${won}`, "-o", file);
    expect(readFileSync(file).length).toBeGreaterThan(0);
    detour.down = true;
    winner.set("staging", { replicas: 1 });
    const { code, output } = await winner.up("staging");
    expect(code).not.toBe(0);
    expect(output).toMatch(/error: referrers of [^]*expected an answer, found [^]*then try again/);
    winner.set("staging", { offline: file });
    expect(await winner.mustUp("staging")).toMatchObject({ digest: won });
    const left = (await pods(sandbox, winner.namespace)).filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
    expect(left).toHaveLength(1);
    detour.down = false;
    expect(await winner.history()).toHaveLength(5);
  });
});
