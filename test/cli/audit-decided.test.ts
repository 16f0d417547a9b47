import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { closeAll } from "../support/registry";
import { estate, makePeople } from "./estate";

beforeAll(makePeople);
afterEach(closeAll);

test("--verify: what the histories know is promoted; what is only signed is not", async () => {
  const at = await estate();
  const known = await at.build("known");
  const other = await at.build("other");
  await at.deploy("dev", known);
  const manifest = [known, other].map(({ repository, digest }) => `${repository}@${digest}`);
  const file = join(at.folder, "pods.yaml");
  writeFileSync(
    file,
    manifest
      .map(
        (image, index) =>
          `apiVersion: v1\nkind: Pod\nmetadata: { name: p${index} }\nspec: { containers: [{ name: c, image: "${image}" }] }\n`,
      )
      .join("---\n"),
  );
  const { code, out } = await at.run("audit", file, "--verify", "--json");
  const rows = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { name: string; signed: string; promoted: string; verdict: string });
  expect(code).toBe(1);
  expect(rows.map(({ name, signed, promoted, verdict }) => [name, signed, promoted, verdict]).sort()).toEqual(
    [
      ["p0", "yes", "yes", "yes"],
      ["p1", "yes", "no", "no"],
    ],
  );
});
