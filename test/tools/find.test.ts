import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { find } from "../../tools/src/find";
import type { Tool } from "../../tools/src/tool";
import { fakeMachine, hello, script, temporary } from "./support/fake";

function machineWith(programs: Record<string, string>) {
  const root = temporary();
  for (const [name, body] of Object.entries(programs)) script(join(root, name), body);
  return { root, machine: fakeMachine(root) };
}

test("a program on PATH in a fitting version is used", async () => {
  const { root, machine } = machineWith({ "bin/hello": "echo hello version 1.4.0" });
  expect(await find(machine, hello)).toEqual({ name: "hello", path: join(root, "bin/hello"), from: "PATH" });
});

test.each([
  ["too old", "echo 1.1.9"],
  ["too new", "echo 2.0.0"],
  ["without a version", "echo hello"],
  ["failing", "echo 1.4.0; exit 1"],
])("a program on PATH that is %s is not used", async (_, body) => {
  const { machine } = machineWith({ "bin/hello": body });
  expect(await find(machine, hello)).toBeUndefined();
});

test("an unfitting program does not hide a fitting one later on PATH", async () => {
  const { root, machine } = machineWith({ "bin/hello": "echo 1.0.0", "later/hello": "echo 1.9.9" });
  const env = { ...machine.env, PATH: `${machine.env["PATH"]}:${join(root, "later")}` };
  expect((await find({ ...machine, env }, hello))?.path).toBe(join(root, "later/hello"));
});

describe("a program that needs a companion", () => {
  const pair: Tool = { ...hello, companions: ["hello-host"] };

  test("is not used alone", async () => {
    const { machine } = machineWith({ "bin/hello": "echo 1.4.0" });
    expect(await find(machine, pair)).toBeUndefined();
  });

  test("is used with the companion beside it, also behind a link", async () => {
    const { root, machine } = machineWith({
      "opt/hello": "echo 1.4.0",
      "opt/hello-host": "",
      "bin/other": "",
    });
    symlinkSync(join(root, "opt/hello"), join(root, "bin/hello"));
    expect((await find(machine, pair))?.path).toBe(join(root, "bin/hello"));
  });
});

test("a program that cannot be asked is never taken from PATH", async () => {
  const { machine } = machineWith({ "bin/hello": "echo 1.4.0" });
  const silent: Tool = { name: "hello", sources: hello.sources };
  expect(await find(machine, silent)).toBeUndefined();
});
