import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { readRecipe } from "../../tools/src/recipe";
import { thisMachine } from "../../tools/src/machine";
import { rowsOf, TOOLS, toolNames } from "../../tools/src/table";
import type { GoBuild, Tool } from "../../tools/src/tool";

const { recipes } = thisMachine();
const rows: readonly Tool[] = TOOLS;
const builds = rows.flatMap((tool) =>
  tool.sources.flatMap((source) =>
    source.kind === "go" ? source.builds.map((build) => ({ tool, version: source.version, build })) : [],
  ),
);
const modFile = ({ recipe }: GoBuild) => readFileSync(join(recipes, recipe, "go.mod"), "utf8");

test.each(builds)(
  "$build.program: its go.mod names the package and pins the version",
  ({ tool, version, build }) => {
    const mod = modFile(build);
    const own = `waybill.invalid/tools/${build.recipe}`;
    if (build.package === own) return expect(mod).toContain(`module ${own}`);
    expect(mod).toMatch(new RegExp(`^(tool)?\\s+${build.package}$`, "m"));
    const module = mod
      .split("\n")
      .map((line) => line.trim().split(" "))
      .filter(([name]) => name !== undefined && name !== "tool" && `${build.package}/`.startsWith(`${name}/`))
      .find(([, pinned]) => pinned?.startsWith("v"));
    const host = build.program === "pulumi-language-nodejs" && tool.name === "pulumi";
    expect(module?.[1]).toBe(`v${host ? "3.66.0" : version}`);
    expect(existsSync(join(recipes, build.recipe, "go.sum"))).toBe(true);
  },
);

test.each(builds)("$build.program: its recipe can be read and the program gets its name", ({ build }) => {
  expect(readRecipe(thisMachine(), build.recipe).megabytes).toBeGreaterThan(0);
  const together = builds.filter((other) => other.build.recipe === build.recipe);
  if (together.length > 1) expect(basename(build.package)).toBe(build.program);
});

test("every tool has a source that does not depend on one site", () => {
  for (const tool of rows) expect(tool.sources.at(-1)?.kind).not.toBe("archive");
});

test("rows come in the order of the table, and an unknown name is refused", () => {
  expect(rowsOf(["nft", "etcd"]).map((tool) => tool.name)).toEqual(["etcd", "nft"]);
  expect(rowsOf(toolNames)).toHaveLength(TOOLS.length);
  expect(() => rowsOf(["kwok"])).toThrow(/tool "kwok": expected one of etcd, /);
});
