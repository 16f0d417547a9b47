import { anchorOf } from "@waybill/core/history";
import { closeAll } from "../support/registry";
import { estate, makePeople } from "./estate";

beforeAll(makePeople);
afterEach(closeAll);

async function running() {
  const at = await estate();
  const first = await at.build("first");
  const second = await at.build("second");
  await at.deploy("dev", first);
  await at.deploy("staging", first);
  await at.deploy("dev", second);
  await at.deploy("staging", second, { by: "alice@example.com", change: "CHG-7" });
  return { at, first, second };
}

test("P11: oldest to newest, tag and digest, from and to, by whom, decision and change", async () => {
  const { at, first, second } = await running();
  const { code, out, err } = await at.run("history", "staging");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out.replaceAll(/decision sha256:\w{64}/g, "decision ID")).toBe(
    [
      "hello in staging",
      `  0  2026-06-02T12:00:00Z?  promoted  ${first.digest} (tag-of-first)`,
      "     from nothing; by ci@example.com; decision ID",
      `  1  2026-06-02T12:00:00Z?  promoted  ${second.digest} (tag-of-second)`,
      `     from ${first.digest} (tag-of-first); by alice@example.com; decision ID; change CHG-7`,
      "",
    ].join("\n"),
  );
});

test("--limit: the newest ones, and how many are older", async () => {
  const { at, second } = await running();
  const { out } = await at.run("history", "staging", "--limit", "1");
  expect(out).toMatch(new RegExp(`^hello in staging\\n {2}1 older\\n {2}1 .*${second.digest}`));
  expect(out).not.toContain("\n  0  ");
  expect((await at.run("history", "staging", "--limit", "0")).code).toBe(2);
});

test("nothing there: said, exit 0", async () => {
  const { code, out } = await (await estate()).run("history", "prod");
  expect({ code, out }).toEqual({ code: 0, out: "hello in prod\n  nothing was ever deployed there\n" });
});

test("a revoked record stays where it is, and says so", async () => {
  const { at, second } = await running();
  const { places } = JSON.parse((await at.run("history", "staging", "--json")).out) as {
    places: { deployments: { id: string }[] }[];
  };
  const id = places[0]?.deployments[1]?.id ?? "";
  const anchor = anchorOf({ service: "hello", environment: "staging", target: undefined }, 0);
  await at.say("sam", { ...second, digest: anchor.digest }, "revocation", {
    reason: "never happened",
    evidence: [id],
  });
  expect((await at.run("history", "staging")).out).toContain("REVOKED: ");
  expect((await at.run("status", "staging")).out).toMatch(/^REVOKED: the record of its deployment/);
});

test("what somebody liked to write cannot look like a line of ours", async () => {
  const at = await estate();
  const image = await at.build("first", { tag: "v1\n  9  2026-06-02T12:00:00Z  promoted" });
  await at.deploy("dev", image, { by: "eve\u001b[2J" });
  const { out } = await at.run("history", "dev");
  expect(out.split("\n")).toHaveLength(4);
  expect(out).toContain("by eve?[2J");
});

test("--json: whole entries", async () => {
  const { at, first, second } = await running();
  const { out } = await at.run("history", "staging", "--json");
  expect(JSON.parse(out)).toMatchObject({
    service: "hello",
    environment: "staging",
    places: [
      {
        target: null,
        deployments: [
          { number: 0, kind: "promoted", digest: first.digest, from: null, revoked: null },
          {
            number: 1,
            digest: second.digest,
            tag: "tag-of-second",
            from: { digest: first.digest },
            change: "CHG-7",
          },
        ],
        forks: [],
      },
    ],
  });
});
