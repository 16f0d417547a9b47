import { closeAll } from "../support/registry";
import { readFileSync, writeFileSync } from "node:fs";
import { type Estate, estate, fakePulumi, makePeople, signerOf } from "./estate";

beforeAll(makePeople);
afterEach(closeAll);

/** Two images went through dev and staging; prod runs the first, and the second waits. */
async function waiting(made: Parameters<typeof estate>[0] = {}) {
  const at = await estate(made);
  const first = await at.build("first");
  const second = await at.build("second");
  for (const environment of ["dev", "staging", "prod"]) await at.deploy(environment, first);
  for (const environment of ["dev", "staging"]) await at.deploy(environment, second);
  return { at, first, second };
}

const approve = (at: Estate, name: string, ...more: string[]) =>
  at.run("approve", "prod", "--signer", signerOf(name), "--yes", ...more);

test("a no shows each gate with its next step, and changes nothing", async () => {
  const { at, second } = await waiting();
  const before = at.read("Pulumi.prod.yaml");
  const { code, out, err } = await at.run("promote", "prod");
  expect({ code, err }).toEqual({ code: 1, err: "" });
  expect(out).toMatch(/^no: hello in prod: expected sha256:\w+ to pass every gate, found /);
  expect(out).toContain("1 of 4 gates says no: approvals");
  expect(out).toContain(
    `Have alice or bob run: waybill approve prod --digest ${second.digest} --service hello`,
  );
  expect(at.read("Pulumi.prod.yaml")).toBe(before);
});

test("a full yes pins what the environment before runs: one line; again, nothing changes", async () => {
  const { at, second } = await waiting();
  const approved = await approve(at, "alice");
  expect({ ...approved, out: "" }).toEqual({ code: 0, out: "", err: "" });
  const before = at.read("Pulumi.prod.yaml");
  const { code, out, err } = await at.run("promote", "prod");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("yes         approvals  1 approval: alice");
  expect(out).toContain(`yes: ${second.digest} (tag-of-second) for hello in prod: 4 gates say yes`);
  const line = `  waybill:pin: ${second.digest}\n`;
  expect(at.read("Pulumi.prod.yaml")).toBe(before.replace("prod\n", `prod\n${line}`));
  const again = await at.run("promote", "prod");
  expect(again.code).toBe(0);
  expect(again.out).toContain("nothing to change");
  expect(at.read("Pulumi.prod.yaml")).toBe(before.replace("prod\n", `prod\n${line}`));
});

describe("every missing piece gives its no, and the file stays as it is", () => {
  async function refused(at: Estate, words: RegExp, ...args: string[]) {
    const before = at.read("Pulumi.prod.yaml");
    const { code, out, err } = await at.run("promote", "prod", ...args);
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(out).toMatch(/^no: /);
    expect(out).toMatch(words);
    expect(at.read("Pulumi.prod.yaml")).toBe(before);
  }

  test("nothing was ever deployed before it", async () => {
    await refused(await estate(), /prod waits for staging, which has released nothing yet/);
  });

  test("a digest that the environment before never deployed", async () => {
    const { at } = await waiting();
    const foreign = await at.build("foreign");
    await at.deploy("dev", foreign);
    await refused(
      at,
      /expected a digest that stands in the signed history of staging/,
      "--digest",
      foreign.digest,
    );
  });

  test("one whose signature was revoked", async () => {
    const { at, second } = await waiting();
    await approve(at, "alice");
    const listed = await at.run("explain", second.digest, "--json");
    const { found } = JSON.parse(listed.out) as {
      found: { evidence: { id: string; predicateType: string }[] }[];
    };
    const signature = found[0]?.evidence.find(({ predicateType }) => predicateType.includes("cosign"));
    await at.say("sam", second, "revocation", { reason: "key lost", evidence: [signature?.id] });
    await refused(at, /no {10}proof .*signature/s);
  });

  test("one that is blocked", async () => {
    const { at, second } = await waiting();
    await approve(at, "alice");
    await at.say("sam", second, "block", { reason: "leaks" });
    await refused(at, /no {10}block .*leaks/);
  });

  test("one of uncommitted files", async () => {
    const at = await estate();
    const dirty = await at.build("dirty", { dirty: true });
    for (const environment of ["dev", "staging"]) await at.deploy(environment, dirty);
    await refused(at, /uncommitted files/);
  });

  test("an environment that is held", async () => {
    const { at } = await waiting();
    await approve(at, "alice");
    expect((await at.run("hold", "prod", "--until", "24h")).code).toBe(0);
    await refused(at, /prod is held until 2026-06-03T12:00:00\.000Z/);
    expect((await at.run("hold", "prod", "--release")).code).toBe(0);
    expect((await at.run("promote", "prod")).code).toBe(0);
  });

  test("an approval for other settings", async () => {
    const { at } = await waiting();
    await approve(at, "alice");
    at.write("Pulumi.prod.yaml", at.read("Pulumi.prod.yaml").replace("GREETING: hello", "GREETING: other"));
    await refused(at, /alice \(given for other settings\)/);
  });
});

describe("--digest", () => {
  test("any that the environment before has deployed, not only the newest", async () => {
    const { at, first } = await waiting();
    const third = await at.build("third");
    for (const environment of ["dev", "staging"]) await at.deploy(environment, third);
    expect((await at.run("promote", "prod", "--digest", first.digest)).out).toContain(
      "it runs there already",
    );
    expect(at.read("Pulumi.prod.yaml")).toContain(`waybill:pin: ${first.digest}`);
  });

  test("--dry-run says the same and changes nothing", async () => {
    const { at } = await waiting();
    await approve(at, "alice");
    const before = at.read("Pulumi.prod.yaml");
    const { code, out } = await at.run("promote", "prod", "--dry-run");
    expect(code).toBe(0);
    expect(out).toContain("dry run: nothing was changed");
    expect(at.read("Pulumi.prod.yaml")).toBe(before);
  });
});

test("--json: from, to, verdicts and the pin", async () => {
  const { at, first, second } = await waiting();
  const no = JSON.parse((await at.run("promote", "prod", "--json")).out) as { verdicts: { gate: string }[] };
  expect(no).toMatchObject({
    verdict: "no",
    from: { digest: first.digest },
    to: { digest: second.digest },
    pin: null,
  });
  expect(no.verdicts.map(({ gate }) => gate)).toEqual(["block", "proof", "order", "approvals"]);
  await approve(at, "bob");
  const yes = await at.run("promote", "prod", "--json");
  expect(JSON.parse(yes.out)).toMatchObject({
    service: "hello",
    environment: "prod",
    target: null,
    stack: "prod",
    verdict: "yes",
    pin: { file: at.file("Pulumi.prod.yaml"), before: null, changed: true },
    up: false,
  });
});

test("what runs and is blocked is told first, whatever is asked", async () => {
  const { at, first } = await waiting();
  await at.say("sam", first, "block", { reason: "leaks" });
  const { out } = await at.run("promote", "prod", "--digest", first.digest, "--dry-run");
  expect(out).toMatch(/^BLOCKED: hello in prod runs sha256:.*: leaks\n/);
});

test("new settings of what runs are asked about by their own gates", async () => {
  const { at, first } = await waiting();
  at.write("Pulumi.prod.yaml", at.read("Pulumi.prod.yaml").replace("GREETING: hello", "GREETING: other"));
  const { code, out } = await at.run("promote", "prod", "--digest", first.digest, "--json");
  expect(code).toBe(1);
  const { verdicts } = JSON.parse(out) as { verdicts: { gate: string }[] };
  expect(verdicts.map(({ gate }) => gate)).toEqual(["block", "approvals"]);
});

describe("--config-file", () => {
  test("is read and written in place of the tracked one", async () => {
    const { at } = await waiting();
    await approve(at, "alice");
    const tracked = at.read("Pulumi.prod.yaml");
    at.write("mine.yaml", tracked);
    expect((await at.run("promote", "prod", "--config-file", at.file("mine.yaml"))).code).toBe(0);
    expect(at.read("mine.yaml")).toContain("waybill:pin: sha256:");
    expect(at.read("Pulumi.prod.yaml")).toBe(tracked);
  });

  test("the settings of another stack are refused", async () => {
    const { at } = await waiting();
    const { code, err } = await at.run("promote", "prod", "--config-file", at.file("Pulumi.staging.yaml"));
    expect(code).toBe(2);
    expect(err).toMatch(
      /expected the settings of hello in prod, with waybill:environment "prod", found "staging"/,
    );
  });
});

describe("--up", () => {
  test("runs pulumi for this stack with the policy pack, in its folder, after the pin is set", async () => {
    const { at } = await waiting();
    await approve(at, "alice");
    const PATH = fakePulumi(at, "Updating (prod)\n", 0);
    const { code, out } = await at.runWith(
      { environment: { PATH } },
      "promote",
      "prod",
      "--up",
      "--",
      "--refresh",
    );
    expect(code).toBe(0);
    expect(out).toMatch(/waybill:pin is set.*\nUpdating \(prod\)\n$/s);
    expect(readFileSync(at.file("bin/calls"), "utf8")).toBe(
      `${at.folder} up --stack prod --yes --policy-pack policy --refresh\n`,
    );
  });

  test("one that fails is exit 3: the pin stays, and the same again goes on", async () => {
    const { at, second } = await waiting();
    await approve(at, "alice");
    const PATH = fakePulumi(at, "the lock is held\n", 255);
    const { code, err } = await at.runWith({ environment: { PATH } }, "promote", "prod", "--up");
    expect(code).toBe(3);
    expect(err).toMatch(/pulumi up --stack prod: expected exit code 0, found 255; the pin stays set in/);
    expect(at.read("Pulumi.prod.yaml")).toContain(second.digest);
    fakePulumi(at, "Updating\n", 0);
    const again = await at.runWith({ environment: { PATH } }, "promote", "prod", "--up", "--json");
    expect({ code: again.code, err: again.err }).toEqual({ code: 0, err: "Updating\n" });
    expect(JSON.parse(again.out)).toMatchObject({ up: true, pin: { changed: false } });
  });

  test("after a no, pulumi is not run", async () => {
    const { at } = await waiting();
    const PATH = fakePulumi(at, "", 0);
    expect((await at.runWith({ environment: { PATH } }, "promote", "prod", "--up")).code).toBe(1);
    expect(() => readFileSync(at.file("bin/calls"))).toThrow("ENOENT");
  });
});

describe("wrong usage: exit 2", () => {
  test.each<[string[], RegExp]>([
    [[], /expected one environment of promotion\.yaml, found none/],
    [["dev"], /expected an environment that takes its images from the one before it: staging, prod/],
    [["moon"], /expected a environment out of: dev, staging, prod, found "moon"/],
    [["prod", "--service", "no"], /expected a service out of: hello/],
    [["prod", "--target", "eu"], /expected a target of prod out of: no target, found "eu"/],
    [["prod", "--digest", "v1"], /digest/],
    [["prod", "staging"], /arguments for pulumi only with --up, after --/],
    [["prod", "--promotion", "/nowhere/promotion.yaml"], /ENOENT/],
    [["prod", "--config-file", "/nowhere.yaml"], /ENOENT/],
  ])("%j", async (args, words) => {
    const { at } = await waiting();
    const { code, out, err } = await at.run("promote", ...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(words);
  });

  test("a pin that is a tag, settings that are no YAML, settings that do not fit", async () => {
    const { at } = await waiting();
    const good = at.read("Pulumi.prod.yaml");
    for (const [text, words] of [
      [good.replace("config:\n", "config:\n  waybill:pin: v1\n"), /a tag can be moved after it was tested/],
      ["config: {", /expected YAML/],
      [good.replace("GREETING: hello", "OTHER: 1"), /missing key "GREETING"/],
    ] as const) {
      at.write("Pulumi.prod.yaml", text);
      const { code, err } = await at.run("promote", "prod");
      expect(code).toBe(2);
      expect(err).toMatch(words);
    }
  });
});

describe("could not find out: exit 3, and the file stays", () => {
  test("a registry that is gone, or answers 500", async () => {
    const { at } = await waiting();
    const before = at.read("Pulumi.prod.yaml");
    await closeAll();
    for (const command of ["promote", "status", "history", "approve"]) {
      const { code, out, err } = await at.run(
        command,
        "prod",
        ...(command === "approve" ? ["--signer", "x"] : []),
      );
      expect({ command, code, out }).toEqual({ command, code: 3, out: "" });
      expect(err).toMatch(/try again/);
    }
    expect(at.read("Pulumi.prod.yaml")).toBe(before);
  });

  test("somebody changes the file while the gates are asked: theirs stays, and the loser is told", async () => {
    const change: { now?: () => void } = {};
    const { at } = await waiting({ onRequest: () => change.now?.() });
    await approve(at, "alice");
    const theirs = `${at.read("Pulumi.prod.yaml")}  waybill:replicas: 3\n`;
    change.now = () => writeFileSync(at.file("Pulumi.prod.yaml"), theirs);
    const { code, err } = await at.run("promote", "prod");
    expect(code).toBe(3);
    expect(err).toMatch(/somebody changed it meanwhile/);
    expect(at.read("Pulumi.prod.yaml")).toBe(theirs);
  });
});
