import { FACTS, noes, verdictOf, withRules } from "../../support/gates";

const facts = (rules: readonly string[] | null, platforms: readonly string[] | null) => ({
  ...withRules(FACTS, { platforms: rules }),
  platforms,
});

test("nobody asks: it is not judged", () => {
  expect(noes(facts(null, null))).toEqual([]);
});

test("exactly the listed platforms pass, in whatever order", () => {
  expect(noes(facts(["linux/amd64", "linux/arm64"], ["linux/arm64", "linux/amd64"]))).toEqual([]);
});

test.each([
  ["one more", ["linux/amd64", "windows/amd64"]],
  ["one that says nothing", ["linux/amd64", "unknown"]],
  ["one twice", ["linux/amd64", "linux/amd64"]],
  ["another one", ["linux/arm64"]],
  ["none", []],
  ["what nobody looked at", null],
])("PRO-018: %s is a no", (_, platforms) => {
  const verdict = verdictOf(facts(["linux/amd64"], platforms), "platforms");
  expect(verdict).toMatchObject({
    pass: false,
    reason: expect.stringContaining("expected exactly linux/amd64, found") as string,
  });
});
