import { closeAll } from "../support/registry";
import { estate, makePeople, signerOf } from "./estate";

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

test("E10: where it ran and runs, by which decision on which verdicts, all evidence, and what it waits for", async () => {
  const { at, first, second } = await running();
  await at.run("approve", "prod", "--signer", signerOf("alice"), "--yes");
  const old = await at.run("explain", first.digest);
  expect({ code: old.code, err: old.err }).toEqual({ code: 0, err: "" });
  expect(old.out).toContain(
    `${first.repository}@${first.digest}, hello\n  tag     tag-of-first\n  commit  ${first.commit} by dora@example.com\n`,
  );
  expect(old.out).toContain("hello in staging: does not run it now");
  expect(old.out).toContain(`, until 2026-06-02T12:00:00Z?, replaced by ${second.digest}\n`);
  expect(old.out).toMatch(
    /hello in prod: runs it now\n {2}promoted .*\n {2}decided .*: sha256:\w{64}, by the rules sha256:\w{64}\n {4}yes .*order {2}as it must be\n/,
  );
  const now = await at.run("explain", `${second.repository}@${second.digest}`);
  expect(now.out).toContain("hello in prod: never; 4 gates say yes\n");
  for (const row of [/signature +ci +yes/, /approval +alice +yes/, /deployment +ci +yes/, /vsa +ci +yes/])
    expect(now.out).toMatch(row);
});

test("a block stands first", async () => {
  const { at, second } = await running();
  await at.say("sam", second, "block", { reason: "leaks" });
  const { code, out } = await at.run("explain", second.digest);
  expect(code).toBe(0);
  expect(out).toMatch(/^BLOCKED by .*: leaks\n/);
});

test("what never left where it was built says what it waits for", async () => {
  const { at } = await running();
  const third = await at.build("third");
  await at.deploy("dev", third);
  const { out } = await at.run("explain", third.digest);
  expect(out).toContain("hello in staging: never; 3 gates say yes\n");
  expect(out).toMatch(/hello in prod: never; expected a digest that stands in the signed history of staging/);
});

test("a digest that nobody has: exit 1; no digest at all: exit 2", async () => {
  const { at } = await running();
  const unknown = `sha256:${"0".repeat(64)}`;
  expect(await at.run("explain", unknown)).toMatchObject({ code: 1, out: `no: nobody has ${unknown}\n` });
  expect((await at.run("explain", "v1")).code).toBe(2);
  expect((await at.run("explain")).code).toBe(2);
  await closeAll();
  expect((await at.run("explain", unknown)).code).toBe(3);
});

test("--json: places, decisions with verdicts, and evidence", async () => {
  const { at, first } = await running();
  const { out } = await at.run("explain", first.digest, "--json");
  expect(JSON.parse(out)).toMatchObject({
    digest: first.digest,
    found: [
      {
        service: "hello",
        blocks: [],
        places: [
          { environment: "dev", runs: false, decisions: [] },
          { environment: "staging", runs: false },
          {
            environment: "prod",
            runs: true,
            decisions: [{ verdicts: [{ gate: "order" }], digest: first.digest }],
            next: null,
          },
        ],
      },
    ],
  });
});
