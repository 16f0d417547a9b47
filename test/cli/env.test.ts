import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printSandboxEnv } from "@waybill/cli";

const folder = mkdtempSync(join(tmpdir(), "waybill-env-"));
afterAll(() => rmSync(folder, { recursive: true }));

function run(sandbox: string) {
  const said = { out: "", err: "" };
  const io = {
    stdin: [] as never,
    out: (text: string) => (said.out += text),
    err: (text: string) => (said.err += text),
  };
  return { code: printSandboxEnv(sandbox, io), ...said };
}

function sandbox(script: string): string {
  const file = join(folder, "main.js");
  writeFileSync(file, script);
  return file;
}

test("prints what the sandbox prints", () => {
  const file = sandbox("console.log(`export A=${process.argv[2]}`)");
  expect(run(file)).toEqual({ code: 0, out: "export A=env\n", err: "" });
});

test("a sandbox that does not run: its words, nothing to evaluate, exit 3", () => {
  const file = sandbox(
    "console.log('export A=1'); console.error('the sandbox is down'); process.exitCode = 1",
  );
  expect(run(file)).toEqual({ code: 3, out: "", err: "the sandbox is down\n" });
});

test("no sandbox in this installation: says how to get one", () => {
  expect(() => run(join(folder, "missing.js"))).toThrow(
    /expected the built sandbox of a clone .*, found none\. Run npm start/,
  );
});
