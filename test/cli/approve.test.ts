import { closeAll } from "../support/registry";
import { type Estate, estate, makePeople, NOW, signerOf } from "./estate";

beforeAll(makePeople);
afterEach(closeAll);

async function ready(made: Parameters<typeof estate>[0] = {}) {
  const at = await estate(made);
  const image = await at.build("first");
  for (const environment of ["dev", "staging"]) await at.deploy(environment, image);
  return { at, image };
}

const approve = (at: Estate, name: string, ...more: string[]) =>
  at.run("approve", "prod", "--signer", signerOf(name), "--yes", ...more);

const two = (change: object = {}) => ({
  promotion: {
    environments: [
      { name: "dev" },
      { name: "staging" },
      {
        name: "prod",
        gates: { approvals: { count: 2, ...change } },
        configGates: { approvals: { count: 1 } },
      },
    ],
  },
});

test("shows what is approved, signs it, and says that it counts", async () => {
  const { at, image } = await ready();
  const { code, out, err } = await approve(at, "alice", "--reason", "looks good");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("an approval for hello in prod, good until 2026-06-03T12:00:00Z");
  expect(out).toContain("  old       nothing runs there\n");
  expect(out).toContain(`  new       ${image.digest} (tag-of-first)\n`);
  expect(out).toContain("  approved  by nobody so far\n");
  expect(out).toMatch(/no {10}approvals {2}expected 1 approval/);
  expect(out).toContain("  counts  yes\nhello in prod: nothing is missing\n");
});

test("says who is still missing, and who approved before", async () => {
  const { at } = await ready(two());
  const first = await approve(at, "alice");
  expect(first.code).toBe(0);
  expect(first.out).toMatch(
    /counts {2}yes\nhello in prod: 1 of 4 gates says no: approvals\nno .* found 1: alice/,
  );
  expect(first.out).toContain("Have bob run: waybill approve prod");
  const second = await approve(at, "bob");
  expect(second.out).toContain("  approved  alice until 2026-06-03T12:00:00.000Z\n");
  expect(second.out).toContain("hello in prod: nothing is missing");
});

test("one person counts once: signing again is told", async () => {
  const { at } = await ready(two());
  await approve(at, "alice");
  const again = await approve(at, "alice", "--expires", "48h");
  expect(again.out).toContain("hello in prod: 1 of 4 gates says no: approvals");
});

test("whoever made the change does not count: signed, exit 1 and why", async () => {
  const at = await estate();
  const image = await at.build("first", { author: "alice@example.com" });
  for (const environment of ["dev", "staging"]) await at.deploy(environment, image);
  const { code, out } = await approve(at, "alice");
  expect(code).toBe(1);
  expect(out).toMatch(
    /counts {2}no: approvals: expected 1 approval out of alice, bob, .*alice \(made or asks for this change\)/,
  );
});

test("somebody whom the trust policy does not let: exit 1 and why", async () => {
  const { at } = await ready();
  const carol = at.file("carol.json");
  expect((await at.run("key", at.file("carol.key"), "--password-env", "PASSWORD")).code).toBe(0);
  at.write("carol.json", JSON.stringify({ key: { file: "carol.key", password: { env: "PASSWORD" } } }));
  const { code, out } = await at.run("approve", "prod", "--signer", carol, "--yes");
  expect(code).toBe(1);
  expect(out).toMatch(/counts {2}no: .*expected .*key/);
});

describe("settings alone", () => {
  async function running() {
    const { at, image } = await ready();
    await at.deploy("prod", image);
    return { at, image };
  }
  const change = (at: Estate) =>
    at.write(
      "Pulumi.prod.yaml",
      at.read("Pulumi.prod.yaml").replace("GREETING: hello", "GREETING: good day"),
    );

  test("old and new values are shown, and the approval is for them alone", async () => {
    const { at } = await running();
    change(at);
    const { code, out } = await approve(at, "bob");
    expect(code).toBe(0);
    expect(out).toContain('  settings  GREETING: "hello" -> "good day"\n');
    expect(out).toMatch(/^no {10}approvals/m);
    expect(out).not.toContain("order");
    expect((await at.run("promote", "prod")).code).toBe(0);
    at.write("Pulumi.prod.yaml", at.read("Pulumi.prod.yaml").replace("good day", "good night"));
    const other = await at.run("promote", "prod");
    expect(other.code).toBe(1);
    expect(other.out).toContain("bob (given for other settings)");
  });

  test("where nothing changes there is nothing to approve", async () => {
    const { at, image } = await running();
    const { code, out } = await approve(at, "bob");
    expect(code).toBe(1);
    expect(out).toBe(
      `no: hello in prod: ${image.digest} (tag-of-first) runs there already with these settings\n`,
    );
  });
});

describe("nothing is signed", () => {
  const attached = (at: Estate) => [...at.memory.repository("team/hello").manifests.keys()].length;

  test.each<[string, number]>([
    ["yes\n", 0],
    ["yes", 0],
    ["no\n", 1],
    ["", 1],
    ["y\n", 1],
    ["\nyes\n", 1],
  ])("unless the answer is yes: %j", async (stdin, expected) => {
    const { at } = await ready();
    const before = attached(at);
    const { code, out, err } = await at.runWith(
      { stdin, terminal: true },
      ...["approve", "prod", "--signer", signerOf("alice")],
    );
    expect({ code, err }).toEqual({ code: expected, err: "Sign it? Write yes: " });
    expect(attached(at) > before).toBe(expected === 0);
    if (expected === 1) expect(out).toContain("no: nothing was signed\n");
  });

  test("where nobody can be asked: shown, exit 2, and --yes is the way", async () => {
    const { at, image } = await ready();
    const before = attached(at);
    const { code, out, err } = await at.runWith(
      { stdin: "yes\n" },
      ...["approve", "prod", "--signer", signerOf("alice")],
    );
    expect(code).toBe(2);
    expect(out).toContain(image.digest);
    expect(err).toMatch(
      /expected a terminal as standard input, .*If this is what you approve, say so: --yes\./,
    );
    expect(attached(at)).toBe(before);
  });

  test("for what is blocked, or was never deployed before", async () => {
    const { at, image } = await ready();
    const foreign = await at.build("foreign");
    await at.say("sam", image, "block", { reason: "leaks" });
    const before = attached(at);
    expect(await approve(at, "alice")).toMatchObject({
      code: 1,
      out: expect.stringContaining("leaks") as string,
    });
    expect(await approve(at, "alice", "--digest", foreign.digest)).toMatchObject({ code: 1 });
    expect(attached(at)).toBe(before);
  });

  test.each<[string[], RegExp]>([
    [["prod"], /expected --signer, found none/],
    [["prod", "--signer", "x", "--json"], /expected --yes with --json/],
    [["prod", "--signer", "x", "--expires", "yesterday"], /expected a time to come/],
    [["prod", "--signer", "x", "--expires", "2026-06-02T11:00:00Z"], /expected a time to come/],
    [["dev", "--signer", "x"], /expected an environment that takes its images from the one before it/],
  ])("%j is wrong usage", async (args, words) => {
    const { at } = await ready();
    const { code, out, err } = await at.run("approve", ...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(words);
  });

  test("with a signer that is not there", async () => {
    const { at } = await ready();
    const { code } = await at.run("approve", "prod", "--signer", at.file("none.json"), "--yes");
    expect(code).toBe(2);
  });
});

describe("targets", () => {
  const targets = {
    promotion: {
      environments: [
        { name: "dev" },
        { name: "staging" },
        { name: "prod", targets: [{ name: "eu" }, { name: "us" }], gates: { approvals: { count: 1 } } },
      ],
    },
  };
  function settings(at: Estate) {
    for (const target of ["eu", "us"]) {
      const text = at.read("Pulumi.prod.yaml").replace("prod\n", `prod\n  waybill:target: ${target}\n`);
      at.write(`Pulumi.prod-${target}.yaml`, text);
    }
  }

  test("one approval is for all of them", async () => {
    const { at } = await ready(targets);
    settings(at);
    const { code, out } = await approve(at, "alice");
    expect(code).toBe(0);
    expect(out).toContain("hello in prod/eu: nothing is missing\nhello in prod/us: nothing is missing\n");
    expect((await at.run("promote", "prod", "--target", "us")).code).toBe(0);
    expect((await at.run("promote", "prod")).err).toMatch(/--target, one of: eu, us/);
  });

  test("or for the one that is named", async () => {
    const { at } = await ready(targets);
    settings(at);
    expect((await approve(at, "alice", "--target", "eu")).code).toBe(0);
    expect((await at.run("promote", "prod", "--target", "eu")).code).toBe(0);
    const other = await at.run("promote", "prod", "--target", "us");
    expect(other).toMatchObject({
      code: 1,
      out: expect.stringContaining("alice (not given for target us)") as string,
    });
  });

  test("not where their settings differ", async () => {
    const { at } = await ready(targets);
    settings(at);
    at.write(
      "Pulumi.prod-us.yaml",
      at
        .read("Pulumi.prod-us.yaml")
        .replace("hello\n", "howdy\n")
        .replace("howdy", "hello")
        .replace("GREETING: hello", "GREETING: howdy"),
    );
    const { code, err } = await approve(at, "alice");
    expect(code).toBe(2);
    expect(err).toMatch(/prod-eu, prod-us differ in them\. Approve each by itself: --target T/);
  });
});

test("--json: what was signed, whether it counts, and what is missing in each place", async () => {
  const { at, image } = await ready(two());
  const { code, out } = await approve(at, "alice", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    service: "hello",
    environment: "prod",
    digest: image.digest,
    expires: new Date(NOW.getTime() + 86_400_000).toISOString(),
    added: true,
    counts: true,
    refusal: null,
    places: [{ target: null, from: null, verdict: "no", summary: "1 of 4 gates says no: approvals" }],
  });
});

describe("inside a freeze", () => {
  const frozen = (from: string) => ({
    promotion: {
      environments: [
        { name: "dev" },
        { name: "staging" },
        {
          name: "prod",
          gates: { approvals: { count: 1 } },
          freezes: [
            {
              name: "year-end",
              reason: "few people",
              from,
              until: "2026-06-09",
              approvals: { of: ["alice"] },
            },
          ],
        },
      ],
    },
  });

  test("an approval counts for it only if it names it", async () => {
    const { at } = await ready(frozen("2026-06-01"));
    const plain = await approve(at, "alice");
    expect(plain.code).toBe(0);
    expect(plain.out).toContain("hello in prod: 1 of 5 gates says no: freeze year-end\n");
    expect(plain.out).toMatch(/next: Have alice run: waybill approve prod .* --freeze year-end --signer REF/);
    const named = await approve(at, "alice", "--freeze", "year-end");
    expect(named.out).toMatch(/^an approval for hello in prod, for the freeze year-end too, good until/);
    expect(named.out).toContain("  counts  yes\nhello in prod: nothing is missing\n");
    expect((await at.run("promote", "prod")).code).toBe(0);
  });

  test("by somebody whom the freeze does not ask: exit 1, also where another gate takes it", async () => {
    const { at } = await ready(frozen("2026-06-01"));
    const { code, out } = await approve(at, "bob", "--freeze", "year-end", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      freeze: "year-end",
      counts: false,
      refusal: expect.stringContaining(
        "freeze year-end: few people: expected 1 approval out of alice",
      ) as string,
    });
  });

  test("that does not last now, nothing is signed", async () => {
    const { at } = await ready(frozen("2026-06-03"));
    const { code, out } = await approve(at, "alice", "--freeze", "year-end");
    expect({ code, out }).toEqual({
      code: 1,
      out: "no: hello in prod: the freeze year-end begins on 2026-06-03T00:00:00Z, and an approval for it is given while it lasts\n",
    });
  });

  test("that is not there: exit 2", async () => {
    const { at } = await ready(frozen("2026-06-01"));
    const { code, err } = await approve(at, "alice", "--freeze", "weekend");
    expect(code).toBe(2);
    expect(err).toContain('expected --freeze, one of: year-end, found "weekend"');
  });
});
