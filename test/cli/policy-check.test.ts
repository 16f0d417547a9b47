import { stringify } from "yaml";
import { inFolder, put } from "./evidence";
import { type Change, sample } from "../core/promotion/support";
import { waybill } from "./run";

function file(change: Change = () => undefined, name = "promotion.yaml"): string {
  const document = sample();
  change(document);
  return put(name, stringify(document));
}

const check = (...args: string[]) =>
  waybill(["policy", "check", ...args], "", { now: () => new Date("2026-12-26T12:00:00Z") });

/** The rows of one place, without its first two columns. */
function rowsOf(out: string, service: string, environment: string): string[] {
  const [head = "", ...rows] = out.split("\n").slice(1);
  const column = head.indexOf("GATE");
  const start = rows.findIndex(
    (row) => row.slice(0, column).trim().split(/ +/).join() === `${service},${environment}`,
  );
  const rest = rows.slice(start + 1).findIndex((row) => row.slice(0, column).trim() !== "");
  const end = rest < 0 ? rows.length : start + 1 + rest;
  return rows.slice(start, end).flatMap((row) => row.slice(column).trim().split(/ {2,}/).join(" | ") || []);
}

test("says what is asked where, in words", async () => {
  const { code, out } = await check(file());
  expect(code).toBe(0);
  expect(out).toMatch(
    /^OK: .*promotion\.yaml, owned by platform@example\.com, to be reviewed by 2027-06-01\n/,
  );
  expect(rowsOf(out, "hello", "dev")).toEqual(["images are built here"]);
  expect(rowsOf(out, "hello", "staging")).toEqual([
    "proof, order, block | always",
    "tests | the mark dev-passed with lint, smoke, said by ci",
    "scan | at most 0 critical, 0 high, 5 medium, at most 7d old, with a database at most 1d old",
    "pin | optional",
    "may override | nobody",
    "exception of scan | CVE-2026-1 until 2027-01-01T00:00:00Z, by sam",
  ]);
  expect(rowsOf(out, "payments", "prod")).toEqual([
    "proof, order, block | always",
    "staging-tests | the mark staging-passed with full",
    "scan | at most 0 critical, 0 high, at most 7d old",
    "review | security reviewed by one of sam, at most 7d old",
    "load | 1000 requests or more, at most 1 % failed, p95 at most 300 ms, at most 14d old",
    "soak | 1d in the environment before, without an incident known to pager",
    "approvals | 2 of alice, bob, mia, the author does not count",
    "pin | required",
    "settings alone: approvals | 1 of alice, bob, mia, the author does not count",
    "freeze weekend | now, until 2026-12-27T00:00:00Z: 2 more of alice, bob, mia (few people)",
    "freeze year-end | now, until 2027-01-04T00:00:00Z: 1 more of mia (few people)",
    "may override | alice, mia",
  ]);
});

test("a file that is wrong is told every mistake with its line, and nothing else", async () => {
  const wrong = file((document) => {
    document.owner = "";
    document.groups = { ...document.groups, security: ["eve"] };
  }, "wrong.yaml");
  for (const args of [[wrong], [wrong, "--json"]]) {
    const { code, out, err } = await check(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/line 2: \/owner: /);
    expect(err).toMatch(/line \d+: \/groups\/security\/0: no person "eve" is listed/);
  }
});

test("what wants somebody to look at it is a warning: the file is still right", async () => {
  const late = file((document) => (document.nextReview = "2026-12-01"), "late.yaml");
  const { code, out, err } = await check(late);
  expect([code, out.startsWith("OK")]).toEqual([0, true]);
  expect(err).toContain(`warning: ${late}: the review of the file was due on 2026-12-01`);
});

test("--json says the same, with the hash of the rules of each place", async () => {
  const { code, out, err } = await check(file(), "--json");
  expect([code, err]).toEqual([0, ""]);
  const { places, ...rest } = JSON.parse(out) as { places: Record<string, unknown>[] };
  expect(rest).toEqual({
    file: inFolder("promotion.yaml"),
    owner: "platform@example.com",
    nextReview: "2027-06-01T00:00:00.000Z",
    trust: expect.stringMatching(/^sha256:/) as string,
    warnings: [],
  });
  expect(
    places.map(({ service, environment, builds, stacks }) => [service, environment, builds, stacks]),
  ).toEqual(
    ["hello", "payments"].flatMap((service) =>
      ["dev", "staging", "prod"].map((name) => [service, name, name === "dev", [`${service}-${name}`]]),
    ),
  );
  expect(places[2]).toMatchObject({
    hash: expect.stringMatching(/^sha256:/) as string,
    gates: [{ kind: "tests" }, { kind: "approvals", of: ["alice", "bob"] }],
    freezes: [
      { name: "weekend", window: { from: "2026-12-26T00:00:00.000Z", open: true } },
      { name: "year-end", window: { open: true } },
    ],
  });
});

test("takes the file of this folder where none is named, and not more than one", async () => {
  file();
  expect((await check()).out).toMatch(/^OK: promotion\.yaml, /);
  expect(await check("a", "b")).toMatchObject({
    code: 2,
    err: expect.stringContaining("one file") as string,
  });
  expect(await check(inFolder("none.yaml"))).toMatchObject({ code: 2, out: "" });
});
