import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { addImage, bench, closeAll, memoryRegistry } from "../support/registry";
import { audit, estate, pod, rows } from "./audit-support";
import { inFolder } from "./evidence";

afterEach(closeAll);

describe("--fix", () => {
  async function registry() {
    const memory = memoryRegistry();
    const app = addImage(memory, "team/app", "x", "1").digest;
    const latest = addImage(memory, "team/tool", "y", "latest").digest;
    const { server } = await bench(memory.handler);
    return { host: server.host, app, latest };
  }

  test("pins in place, writes nothing else, and says what is left", async () => {
    const { host, app, latest } = await registry();
    const before = pod(`"${host}/team/app:1" # one`, `${host}/team/tool`, `${host}/team/gone:1`).replaceAll(
      "\n",
      "\r\n",
    );
    const folder = estate({ "a.yaml": before });
    const file = join(inFolder(folder), "a.yaml");
    chmodSync(file, 0o640);
    const { code, out, err } = await audit([folder, "--fix", "--json"]);
    expect(code).toBe(1);
    expect(readFileSync(file, "utf8")).toBe(
      before.replace("app:1", `app:1@${app}`).replace("tool", `tool@${latest}`),
    );
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(inFolder(folder))).toEqual(["a.yaml"]);
    expect(rows(out).map(({ pinned }) => pinned)).toEqual([false, true, true]);
    expect(err).toMatch(new RegExp(`^waybill: ${folder}/a.yaml:12: ${host}/team/gone:1: not pinned here: `));
  });

  test("twice is as once, and a link stays a link", async () => {
    const { host, app } = await registry();
    const folder = estate({ "real/a.txt": pod(`${host}/team/app:1`) });
    symlinkSync(join(inFolder(folder), "real/a.txt"), join(inFolder(folder), "a.yaml"));
    expect((await audit([folder, "--fix"])).code).toBe(0);
    expect((await audit([folder, "--fix"])).code).toBe(0);
    expect(readFileSync(join(inFolder(folder), "real/a.txt"), "utf8")).toBe(pod(`${host}/team/app:1@${app}`));
  });

  test("--top N: only the most dangerous", async () => {
    const { host, app } = await registry();
    const folder = estate({
      "dev/a.yaml": pod(`${host}/team/app:1`),
      "prod/a.yaml": pod(`${host}/team/app:1`),
    });
    expect((await audit([folder, "--fix", "--top", "1"])).code).toBe(1);
    expect(readFileSync(join(inFolder(folder), "prod/a.yaml"), "utf8")).toContain(app);
    expect(readFileSync(join(inFolder(folder), "dev/a.yaml"), "utf8")).not.toContain(app);
  });

  test("--dry-run: a diff that patch can read, and nothing is written", async () => {
    const { host, app } = await registry();
    const folder = estate({ "a.yaml": pod(`${host}/team/app:1`) });
    const { code, out } = await audit([folder, "--dry-run"]);
    expect(code).toBe(1);
    expect(out).toBe(
      `--- a/${folder}/a.yaml\n+++ b/${folder}/a.yaml\n@@ -5,4 +5,4 @@\n spec:\n   containers:\n     - name: c0\n-      image: ${host}/team/app:1\n+      image: ${host}/team/app:1@${app}\n`,
    );
    expect(readFileSync(join(inFolder(folder), "a.yaml"), "utf8")).not.toContain(app);
  });

  test("what is no file is left to a person", async () => {
    const { host, app } = await registry();
    const { code, err } = await audit(["-", "--fix"], pod(`${host}/team/app:1`));
    expect(code).toBe(1);
    expect(err).toContain(`not pinned here: there is no field for its digest, which is ${app}`);
  });
});
