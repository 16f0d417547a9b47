import { run } from "./engine";

const release = { type: "kubernetes:helm.sh/v3:Release", name: "db", props: { chart: "postgres" } };

test("POL-046: a Helm release is refused outside dev, because its objects reach no policy", async () => {
  const violations = await run([release]);
  expect(violations).toHaveLength(1);
  expect(violations[0]).toMatchObject({ policy: "no-hidden-images", level: "MANDATORY" });
  expect(violations[0]?.message).toMatch(
    /^Release "db": expected objects whose images can be checked, found a Helm release/,
  );
  expect(await run([release], { environment: "dev" })).toEqual([]);
});

test.each(["kubernetes:helm.sh/v3:Chart", "kubernetes:helm.sh/v4:Chart", "kubernetes:yaml/v2:ConfigGroup"])(
  "POL-046: %s declares its objects as resources, which are checked one by one",
  async (type) => {
    expect(await run([{ type }])).toEqual([]);
  },
);
