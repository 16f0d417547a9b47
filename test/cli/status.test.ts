import { closeAll } from "../support/registry";
import { type Estate, estate, makePeople, signerOf } from "./estate";

beforeAll(makePeople);
afterEach(closeAll);

async function running() {
  const at = await estate();
  const first = await at.build("first");
  const second = await at.build("second");
  for (const environment of ["dev", "staging", "prod"]) await at.deploy(environment, first);
  for (const environment of ["dev", "staging"]) await at.deploy(environment, second);
  return { at, first, second };
}

const status = (at: Estate, ...args: string[]) => at.run("status", ...args);

test("what runs, since when, by which decision, what waits for which gate, and where one would roll back to", async () => {
  const { at, first, second } = await running();
  const { code, out, err } = await status(at);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const [dev = "", staging = "", prod = ""] = out.split(/^(?=hello in )/m);
  expect(dev).toContain(
    `  runs      ${second.digest} (tag-of-second)\n  since     2026-06-02T12:00:00Z?, built by ci@example.com\n`,
  );
  expect(dev).toContain("  decision  none: it is built there\n");
  expect(staging).toContain(`  rollback  to ${first.digest} (tag-of-first)\n  next      nothing waits\n`);
  expect(prod).toContain(`  runs      ${first.digest} (tag-of-first)\n`);
  expect(prod).toMatch(
    / {2}decision {2}sha256:\w{64}\n {2}rollback {2}nowhere: nothing else ran there before\n/,
  );
  expect(prod).toContain(`  next      ${second.digest} (tag-of-second): 1 of 4 gates says no: approvals\n`);
});

test("where one would roll back to is known after a change of settings, too", async () => {
  const { at, first, second } = await running();
  await at.deploy("staging", second, { kind: "configured" });
  for (const args of [
    ["staging", "--json"],
    ["--all", "--json"],
  ]) {
    const { places } = JSON.parse((await status(at, ...args)).out) as {
      places: { environment: string; rollback: { digest: string } | null }[];
    };
    const staging = places.find(({ environment }) => environment === "staging");
    expect(staging?.rollback?.digest).toBe(first.digest);
  }
});

test("one environment; what was approved is ready; what is held says so", async () => {
  const { at, second } = await running();
  await at.run("approve", "prod", "--signer", signerOf("alice"), "--yes");
  const ready = await status(at, "prod");
  expect(ready.out).toContain(`  next      ${second.digest} (tag-of-second): 4 gates say yes\n`);
  expect(ready.out).not.toContain("hello in staging");
  await at.run("hold", "prod", "--until", "2h");
  expect((await status(at, "prod")).out).toContain("4 gates say yes; held until 2026-06-02T14:00:00.000Z\n");
});

test("new settings wait for their own gates", async () => {
  const { at } = await running();
  at.write("Pulumi.staging.yaml", at.read("Pulumi.staging.yaml").replace("GREETING: hello", "GREETING: hi"));
  expect((await status(at, "staging")).out).toMatch(/next {6}sha256:.*: new settings: 1 gate says yes\n/);
});

test("nothing there yet", async () => {
  const { code, out } = await status(await estate());
  expect(code).toBe(0);
  expect(out).toContain(
    "hello in prod\n  runs      nothing, and nothing ever ran there\n  next      prod waits for staging",
  );
});

describe("what must not run stands in the first line, exit 1", () => {
  test.each([[[]], [["--all"]], [["prod"]]])("blocked: %j", async (args) => {
    const { at, first } = await running();
    await at.say("sam", first, "block", { reason: "leaks" });
    const { code, out } = await status(at, ...args);
    expect(code).toBe(1);
    expect(out.split("\n")[0]).toMatch(/^BLOCKED by .*: leaks: hello in prod runs sha256:/);
    const json = JSON.parse((await status(at, ...args, "--json")).out) as { alarms: boolean };
    expect(json.alarms).toBe(true);
  });

  test.each([[[]], [["--all"]]])("its decision was revoked: %j", async (args) => {
    const { at, first } = await running();
    const listed = JSON.parse((await at.run("status", "prod", "--json")).out) as {
      places: [{ decision: string }];
    };
    const { decision } = listed.places[0];
    await at.say("sam", first, "revocation", { reason: "signed by mistake", evidence: [decision] });
    const { code, out } = await status(at, ...args);
    expect(code).toBe(1);
    expect(out.split("\n")[0]).toMatch(/^REVOKED: its decision no longer counts: hello in prod runs/);
  });

  test("its signature was revoked", async () => {
    const { at, first } = await running();
    const listed = await at.run("explain", first.digest, "--json");
    const { found } = JSON.parse(listed.out) as {
      found: { evidence: { id: string; predicateType: string }[] }[];
    };
    const signature = found[0]?.evidence.find(({ predicateType }) => predicateType.includes("cosign"))?.id;
    await at.say("sam", first, "revocation", { reason: "key lost", evidence: [signature] });
    const { code, out } = await status(at, "prod");
    expect(code).toBe(1);
    expect(out.split("\n")[0]).toMatch(/^REVOKED: its signature no longer counts: hello in prod/);
  });

  test("what ran and does not any more is nobody's alarm", async () => {
    const { at, first } = await running();
    await at.say("sam", first, "block", { reason: "leaks" });
    expect((await status(at, "staging")).code).toBe(0);
  });
});

describe("--all", () => {
  test("one line for each place, with what waits", async () => {
    const { at } = await running();
    const { code, out } = await status(at, "--all");
    expect(code).toBe(0);
    expect(out.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["PLACE", "RUNS", "TAG", "SINCE", "ROLLBACK", "NEXT"],
      [
        "hello in dev",
        expect.stringMatching(/^sha256:\w{12}$/),
        "tag-of-secon",
        "2026-06-02T12:00:00Z?",
        expect.any(String),
        ...[],
      ],
      ["hello in staging", expect.any(String), "tag-of-secon", "2026-06-02T12:00:00Z?", expect.any(String)],
      [
        "hello in prod",
        expect.any(String),
        "tag-of-first",
        "2026-06-02T12:00:00Z?",
        "-",
        expect.stringMatching(/1 of 4 gates says no: approvals$/),
      ],
      [""],
    ]);
  });

  test("costs a few requests for each place, however long its history is", async () => {
    const { at, second } = await running();
    const [third, fourth] = [await at.build("third"), await at.build("fourth")];
    const before = at.log.length;
    await status(at, "--all");
    const cost = at.log.length - before;
    for (const image of [third, fourth, third, fourth, third, second]) await at.deploy("dev", image);
    const later = at.log.length;
    await status(at, "--all");
    expect(at.log.length - later).toBeLessThan(cost + 6);
  });

  test("not with an environment", async () => {
    const { at } = await running();
    expect((await status(at, "prod", "--all")).code).toBe(2);
  });
});

test("--json: all of it, whole", async () => {
  const { at, first, second } = await running();
  const { out } = await status(at, "--json");
  const { places } = JSON.parse(out) as { places: object[] };
  expect(places).toHaveLength(3);
  expect(places[2]).toMatchObject({
    service: "hello",
    environment: "prod",
    target: null,
    runs: { digest: first.digest, tag: "tag-of-first" },
    kind: "promoted",
    since: null,
    said: "2026-06-02T12:00:00.000Z",
    by: "ci@example.com",
    alarms: [],
    rollback: null,
    next: { digest: second.digest, ready: false },
  });
});
