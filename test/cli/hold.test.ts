import { type Estate, estate, makePeople } from "./estate";
import { closeAll } from "../support/registry";

beforeAll(makePeople);
afterEach(closeAll);

const file = "Pulumi.staging.yaml";
const line = (at: Estate) =>
  at
    .read(file)
    .split("\n")
    .find((one) => one.includes("waybill:hold"));

test("a time or how long from now; again it is changed; --release takes the line out", async () => {
  const at = await estate();
  const before = at.read(file);
  const held = await at.run("hold", "staging", "--until", "36h");
  expect(held).toMatchObject({ code: 0, err: "" });
  expect(held.out).toContain("hello in staging is held until 2026-06-04T00:00:00.000Z\n");
  expect(line(at)).toBe('  waybill:hold: "2026-06-04T00:00:00.000Z"');
  await at.run("hold", "staging", "--until", "2026-07-01T00:00:00+02:00");
  expect(line(at)).toBe('  waybill:hold: "2026-06-30T22:00:00.000Z"');
  const json = await at.run("hold", "staging", "--until", "2026-06-30T22:00:00Z", "--json");
  expect(JSON.parse(json.out)).toEqual({
    service: "hello",
    environment: "staging",
    target: null,
    until: "2026-06-30T22:00:00.000Z",
    before: "2026-06-30T22:00:00.000Z",
    file: at.file(file),
    changed: false,
  });
  expect((await at.run("hold", "staging", "--release")).out).toContain(
    "is not held\nwaybill:hold was changed",
  );
  expect(at.read(file)).toBe(before);
  expect((await at.run("hold", "staging", "--release")).out).toContain("nothing to change");
});

test.each<[string[], RegExp]>([
  [["staging"], /--until TIME or --release, found neither/],
  [["staging", "--until", "1h", "--release"], /found both/],
  [["staging", "--until", "soon"], /expected a time to come/],
  [["staging", "--until", "2026-06-05T00:00"], /expected a time to come/],
  [["staging", "--until", "2026-06-02T12:00:00Z"], /expected a time to come/],
  [["moon", "--release"], /environment out of/],
])("%j is wrong usage", async (args, words) => {
  const at = await estate();
  const before = at.read(file);
  const { code, err } = await at.run("hold", ...args);
  expect(code).toBe(2);
  expect(err).toMatch(words);
  expect(at.read(file)).toBe(before);
});
