import { readFileSync } from "node:fs";
import { closeAll } from "../support/registry";
import { type Estate, estate, makePeople, signerOf } from "./estate";

beforeAll(makePeople);
afterEach(closeAll);

async function decided() {
  const at = await estate({
    promotion: { environments: [{ name: "dev" }, { name: "staging" }, { name: "prod" }] },
  });
  const image = await at.build("first");
  for (const environment of ["dev", "staging"]) await at.deploy(environment, image);
  const gated = [{ name: "dev" }, { name: "staging" }, { name: "prod", gates: { approvals: { count: 1 } } }];
  return { at, image, gated };
}

/** The promotion file with other environments. */
function change(at: Estate, environments: object): string {
  const document = JSON.parse(readFileSync(at.file("promotion.yaml"), "utf8")) as object;
  at.write("new.yaml", JSON.stringify({ ...document, environments }));
  return at.file("new.yaml");
}

const policyTest = (at: Estate, file: string, ...more: string[]) =>
  at.run("policy", "test", "--against-history", "--promotion", file, ...more);

test("a stricter rule turns what was decided without it, and says why", async () => {
  const { at, image, gated } = await decided();
  await at.deploy("prod", image);
  const { code, out, err } = await policyTest(at, change(at, gated));
  expect({ code, err }).toEqual({ code: 1, err: "" });
  expect(out).toContain(`hello in prod, 2026-06-02T12:00:00Z?, ${image.digest} (tag-of-first): yes -> no\n`);
  expect(out).toMatch(/ {2}approvals +not asked -> no +expected 1 approval out of alice, bob, found none\n/);
  expect(out).toMatch(/\n2 past decisions: 1 would turn\n$/);
});

test("what was approved then counts again: nothing turns", async () => {
  const { at, image, gated } = await decided();
  const file = change(at, gated);
  const approved = await at.run(
    "approve",
    "prod",
    "--signer",
    signerOf("alice"),
    "--yes",
    "--promotion",
    file,
  );
  expect(approved.code).toBe(0);
  await at.deploy("prod", image);
  const { code, out } = await policyTest(at, file);
  expect(out).toMatch(/\n2 past decisions: 0 would turn\n$/);
  expect(code).toBe(0);
});

test("a rule for something else changes nothing", async () => {
  const { at, image } = await decided();
  await at.deploy("prod", image);
  expect((await policyTest(at, at.file("promotion.yaml"))).code).toBe(0);
});

test("what upstream deployed later was not there then", async () => {
  const { at, image } = await decided();
  await at.deploy("prod", image);
  const second = await at.build("second");
  for (const environment of ["dev", "staging"]) await at.deploy(environment, second);
  const { out } = await policyTest(at, at.file("promotion.yaml"), "--json");
  const results = (JSON.parse(out) as { results: { environment: string; after: string; gates: object[] }[] })
    .results;
  expect(results.filter(({ environment }) => environment === "prod")).toMatchObject([
    { before: "yes", after: "yes" },
  ]);
});

test("no history: nothing would turn; no flag: wrong usage; no registry: could not find out", async () => {
  const at = await estate();
  expect(await policyTest(at, at.file("promotion.yaml"))).toMatchObject({
    code: 0,
    out: "0 past decisions: 0 would turn\n",
  });
  expect((await at.run("policy", "test")).code).toBe(2);
  await closeAll();
  expect((await policyTest(at, at.file("promotion.yaml"))).code).toBe(3);
});
