import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isAlive, markedProcesses, readCommand, withDescendants } from "../../sandbox/src/host/processes";
import { PART_NAMES } from "../../sandbox/src/parts/part";
import { run, SandboxDriver } from "../sandbox/driver";
import { traces } from "../sandbox/machine";

jest.setTimeout(180_000);

const sandbox = new SandboxDriver(5892);
const { place } = sandbox;
const tracesNow = () => traces(place.folder, place.port, place.network.whole);
let before: Set<string>;
beforeAll(async () => {
  await sandbox.begin();
  before = new Set(tracesNow());
});
afterAll(() => sandbox.remove());

test("where there is none: status and env say so, down has nothing to do", async () => {
  expect(await sandbox.command("status")).toMatchObject({
    code: 1,
    out: expect.stringMatching(/(registry|cluster) +stopped/) as string,
  });
  expect(await sandbox.command("env")).toMatchObject({
    code: 1,
    out: "",
    err: "the sandbox on port 5892: expected one that is up, found none. Run: npm run sandbox -- up\n",
  });
  expect(await sandbox.command("down")).toMatchObject({
    code: 0,
    out: "There is no sandbox on port 5892.\n",
  });
  expect(await sandbox.command("sideways")).toMatchObject({
    code: 1,
    err: expect.stringContaining("one of up, status, down, env") as string,
  });
  expect(existsSync(place.parent)).toBe(false);
});

test("killed parts are started again, and what they knew is still there", async () => {
  await sandbox.mustUp();
  await sandbox.deployHello();
  await sandbox.kubectl("create", "configmap", "kept", "--from-literal=it=is");
  const state = path.join(place.pulumiBackend, "kept");
  writeFileSync(state, "");
  const digest = await sandbox.nodeDigest();
  const killed = sandbox.pids();
  sandbox.kill(...PART_NAMES);
  expect(await sandbox.command("status")).toMatchObject({
    code: 1,
    out: expect.stringMatching(/cluster +stopped/) as string,
  });

  expect(await sandbox.mustUp()).toMatch(/is up/);
  expect(sandbox.pids()).toHaveLength(PART_NAMES.length);
  expect(sandbox.pids().filter((pid) => killed.includes(pid))).toEqual([]);
  expect(await sandbox.kubectl("get", "configmap", "kept", "-o", "jsonpath={.data.it}")).toBe("is");
  expect(await sandbox.nodeDigest()).toBe(digest);
  expect(existsSync(state)).toBe(true);
  await sandbox.expectHello();
});

test("a cluster that loses one of its programs is down as a whole, and comes back", async () => {
  const etcd = markedProcesses(place.folder).find(({ pid }) => readCommand(pid)[0]?.endsWith("/etcd"));
  const cluster = sandbox.pidOf("cluster");
  const all = withDescendants(markedProcesses(place.folder).filter(({ part }) => part === "cluster"));
  expect(all.length).toBeGreaterThan(10);
  process.kill(etcd?.pid ?? 0, "SIGKILL");
  const gone = run("timeout", ["10", "tail", `--pid=${cluster}`, "-f", "/dev/null"]);
  expect(await gone).toMatchObject({ code: 0 });
  expect(all.filter(isAlive)).toEqual([]);
  expect(await sandbox.command("status")).toMatchObject({
    code: 1,
    out: expect.stringMatching(/cluster +stopped/) as string,
  });
  expect(await sandbox.mustUp()).toMatch(/registry .* kept, .*\n(.*\n)*.*cluster .* started, /);
  await sandbox.expectHello();
});

test("a timestamp authority that ends takes its door with it, and comes back", async () => {
  const server = markedProcesses(place.folder).find(({ pid }) =>
    readCommand(pid)[0]?.endsWith("/timestamp-server"),
  );
  const door = sandbox.pidOf("timestamp");
  process.kill(server?.pid ?? 0, "SIGKILL");
  const gone = run("timeout", ["10", "tail", `--pid=${door}`, "-f", "/dev/null"]);
  expect(await gone).toMatchObject({ code: 0 });
  expect(await sandbox.command("status")).toMatchObject({
    code: 1,
    out: expect.stringMatching(/timestamp +stopped/) as string,
  });
  expect(await sandbox.mustUp()).toMatch(/timestamp .* started, 127\.0\.0\.1:6404/);
});

test("two at once: one brings it up, the other is told who is at work", async () => {
  sandbox.kill("cluster");
  const first = await sandbox.beginUp();
  const second = await sandbox.command("up");
  expect(second).toMatchObject({ code: 1, out: "" });
  expect(second.err).toContain(`\`up\` still at work, pid ${first.pid ?? 0}. Wait for it`);
  expect(await once(first, "exit")).toEqual([0, null]);
  expect(await sandbox.command("status")).toMatchObject({ code: 0 });
});

test("an up that was killed half-way is carried on from, whatever lies about", async () => {
  sandbox.kill(...PART_NAMES);
  await sandbox.killedUp();
  for (const pid of sandbox.pids()) process.kill(pid, "SIGKILL");
  await run("ip", ["link", "add", place.network.interfaceName, "type", "dummy"]);
  rmSync(place.buildkitSocket, { force: true });
  writeFileSync(place.buildkitSocket, "");
  expect(existsSync(place.lock)).toBe(true);
  await sandbox.mustUp();
  expect(await sandbox.command("status")).toMatchObject({ code: 0 });
  await sandbox.expectHello();
});

test("a folder that somebody removed: what still runs without it is replaced", async () => {
  const lost = sandbox.pids();
  rmSync(place.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  await sandbox.mustUp();
  expect(sandbox.pids()).toHaveLength(PART_NAMES.length);
  expect(sandbox.pids().filter((pid) => lost.includes(pid))).toEqual([]);
});

test("down leaves nothing behind, not even of a half-started one and a plugin that lost its engine", async () => {
  const folder = path.join(place.pulumiHome, "plugins", "resource-orphan-v1.0.0");
  mkdirSync(folder);
  symlinkSync("/bin/sh", path.join(folder, "pulumi-resource-orphan"));
  const orphan = spawn(path.join(folder, "pulumi-resource-orphan"), ["-c", "read line"], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = once(orphan, "exit");
  sandbox.kill("timestamp", "buildkit", "cluster");
  await sandbox.killedUp();
  expect(await sandbox.command("down")).toMatchObject({
    code: 0,
    err: "",
    out: expect.stringMatching(/is down, its folder .* is removed/) as string,
  });
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect(tracesNow().filter((trace) => !before.has(trace))).toEqual([]);
  expect(existsSync(place.parent)).toBe(false);
  expect(await sandbox.command("down")).toMatchObject({ code: 0 });
});
