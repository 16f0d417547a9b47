import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensure } from "../../tools/src/ensure";
import { ToolsError } from "../../tools/src/problem";
import type { Tool } from "../../tools/src/tool";
import { appearance, end, ensureInChild } from "./support/child";
import { fakeGo, fakeMachine, hello, log, script, temporary } from "./support/fake";

function setUp(go: Parameters<typeof fakeGo>[1] = {}) {
  const root = temporary();
  fakeGo(root, go);
  return { root, machine: fakeMachine(root), lines: [] as string[] };
}

async function failureOf(work: Promise<unknown>): Promise<ToolsError> {
  const error = await work.catch((reason: unknown) => reason);
  if (error instanceof ToolsError) return error;
  throw new Error(`expected a ToolsError, found ${String(error)}`);
}

const kept = (root: string) =>
  existsSync(join(root, "cache/tools")) ? readdirSync(join(root, "cache/tools")) : [];

test("a missing program is built once, with our flags and none of the user's", async () => {
  const { root, machine, lines } = setUp();
  const env = { ...machine.env, GOFLAGS: "-mod=vendor" };
  const first = await ensure({ ...machine, env }, [hello], (line) => lines.push(line));
  const second = await ensure(machine, [hello], (line) => lines.push(line));
  expect(second).toEqual(first);
  expect(log(root)).toEqual(["build -mod=readonly -trimpath -buildvcs=false example.com/hello"]);
  expect(lines).toEqual([
    "building (only the first time) hello …",
    expect.stringMatching(/hello … done in \d+ s$/),
  ]);
  expect(first[0]?.path).toMatch(/cache\/tools\/hello-1\.2\.3-[0-9a-f]{12}\/bin\/hello$/);
  expect(readdirSync(join(root, "cache/drafts"))).toEqual([]);
});

test("a changed recipe is another place in the cache", async () => {
  const { root, machine } = setUp();
  const [before] = await ensure(machine, [hello], () => undefined);
  writeFileSync(join(root, "go/hello/go.sum"), "example.com/hello v1.2.3 h1:other\n");
  const [after] = await ensure(machine, [hello], () => undefined);
  expect(after?.path).not.toBe(before?.path);
  expect(kept(root)).toHaveLength(2);
});

test("a build that was killed ends with us and leaves nothing that is later taken for whole", async () => {
  const root = temporary();
  const [started, stopped] = [join(root, "started"), join(root, "stopped")];
  const until = `trap 'touch ${stopped}; exit 1' TERM; printf half > "$5"; touch ${started}; while :; do sleep 0.05; done`;
  fakeGo(root, { build: until });
  const machine = fakeMachine(root);
  const child = ensureInChild(machine, [hello]);
  await appearance(started);
  child.kill("SIGKILL");
  await appearance(stopped);
  expect(readdirSync(join(root, "cache/drafts/hello/out"))).toEqual(["hello"]);
  expect(kept(root)).toEqual([]);
  fakeGo(root);
  const lines: string[] = [];
  const [located] = await ensure(machine, [hello], (line) => lines.push(line));
  expect(readFileSync(located?.path ?? "", "utf8")).toContain("hello version 1.2.3");
  expect(lines.filter((line) => line.startsWith("waiting"))).toEqual([]);
});

test("of two processes at once one builds and the other waits for it", async () => {
  const root = temporary();
  const gate = join(root, "gate");
  fakeGo(root, { build: `touch ${join(root, "started")}; while [ ! -e ${gate} ]; do sleep 0.05; done` });
  const machine = fakeMachine(root);
  const first = ensureInChild(machine, [hello]);
  const firstEnded = end(first);
  await appearance(join(root, "started"));
  const second = ensureInChild(machine, [hello]);
  const secondEnded = end(second);
  second.stdout?.once("data", () => writeFileSync(gate, ""));
  expect((await firstEnded).code).toBe(0);
  expect(await secondEnded).toEqual({
    code: 0,
    output: `waiting for process ${first.pid}, which brings hello\n`,
  });
  expect(log(root)).toHaveLength(1);
});

test("a long build says that it is still at it", async () => {
  const root = temporary();
  const gate = join(root, "gate");
  fakeGo(root, { build: `while [ ! -e ${gate} ]; do sleep 0.05; done` });
  const machine = { ...fakeMachine(root), stillRunningEvery: 20 };
  const lines: string[] = [];
  await ensure(machine, [hello], (line) => {
    lines.push(line);
    if (line.startsWith("still")) writeFileSync(gate, "");
  });
  expect(lines).toContain("still at it: hello (0 s)");
});

describe("missing prerequisites", () => {
  const packaged: Tool = { name: "runner", sources: [{ kind: "debian", packages: ["runner"] }] };

  test("are named together, before any work, each with the way to get it", async () => {
    const { root, machine } = setUp({ version: "1.19.8" });
    const alone = { ...machine, env: { ...machine.env, PATH: `${root}/bin` }, platform: "darwin" };
    const error = await failureOf(ensure(alone, [hello, packaged], () => undefined));
    expect(error.code).toBe("MISSING_PREREQUISITES");
    expect(error.problem.found).toBe("4 things missing");
    expect(error.message).toMatch(/Linux on x64 or arm64 \(found darwin on x64\): the README/);
    expect(error.message).toMatch(/apt-get: Debian's/);
    expect(error.message).toMatch(/dpkg: Debian's/);
    expect(error.message).toMatch(/Go 1.26 or newer \(found 1.19.8 at .*\/bin\/go\): https:\/\/go.dev\/dl/);
    expect(log(root)).toEqual([]);
    expect(kept(root)).toEqual([]);
  });

  test("include room on the disk", async () => {
    const { root, machine } = setUp();
    writeFileSync(join(root, "go/hello/recipe.json"), `{ "linkerValues": {}, "megabytes": 1000000000 }`);
    const error = await failureOf(ensure(machine, [hello], () => undefined));
    expect(error.message).toMatch(/1000000000 MB of free space for .*: free some, or set WAYBILL_CACHE/);
  });

  test("are not asked for when everything is there", async () => {
    const { root, machine } = setUp({ version: "1.19.8" });
    script(join(root, "bin/hello"), "echo 1.4.0");
    expect(await ensure(machine, [hello], () => undefined)).toHaveLength(1);
  });
});

test("a failing build shows its last lines and what to do, and is not kept", async () => {
  const { root, machine } = setUp({ build: `seq 1 40; echo "x.go:1: no such module" >&2; exit 1` });
  const error = await failureOf(ensure(machine, [hello], () => undefined));
  expect(error.code).toBe("COMMAND_FAILED");
  expect(error.message).toMatch(
    /^hello: expected ".*go build" to succeed, found exit code 1\. Check that the Go module proxy/,
  );
  expect(error.message).toMatch(/\n {2}40\n {2}x\.go:1: no such module$/);
  expect(error.message).not.toContain("\n  20\n");
  expect(kept(root)).toEqual([]);
});

test("the first failure stops the other builds", async () => {
  const root = temporary();
  fakeGo(root, {
    build: `case "$*" in *slow*) touch ${root}/slow; exec sleep 600 ;; esac; while [ ! -e ${root}/slow ]; do sleep 0.05; done; exit 3`,
  });
  const [source] = hello.sources;
  const slow: Tool = {
    ...hello,
    name: "slow",
    sources: [{ ...source, builds: [{ recipe: "slow", package: "example.com/slow", program: "slow" }] }],
  };
  const machine = fakeMachine(root, ["hello", "slow"]);
  const error = await failureOf(ensure(machine, [slow, hello], () => undefined));
  expect(error.problem.about).toBe("hello");
  expect(error.problem.found).toBe("exit code 3");
});

test("a program that does not run is not kept", async () => {
  const root = temporary();
  fakeGo(root, { program: "exit 1" });
  const error = await failureOf(ensure(fakeMachine(root), [hello], () => undefined));
  expect(error.code).toBe("DOES_NOT_RUN");
  expect(kept(root)).toEqual([]);
});
