import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../../tools/setup/lock.js";
import { identify, isAlive } from "../../tools/setup/process.js";
import { end } from "./support/child";
import { temporary } from "./support/fake";

const LOCK = join(__dirname, "../../tools/setup/lock.js");

function folderLockedBy(owner: string): string {
  const folder = temporary();
  writeFileSync(join(folder, "7"), `${owner}\n`);
  return folder;
}

const deadPid = () => spawnSync("true").pid;

test("a process is known by its number and its start", () => {
  expect(isAlive(identify(process.pid))).toBe(true);
  expect(isAlive(identify(deadPid()))).toBe(false);
  expect(isAlive(`${process.pid} 1`)).toBe(false);
  expect(isAlive("")).toBe(false);
});

test.each([
  ["a dead owner", () => `${deadPid()} 123`],
  ["an owner whose number was given out again", () => `${process.pid} 1`],
  ["an unreadable owner", () => "#"],
  ["nobody", () => ""],
])("a lock of %s is taken over", async (_, owner) => {
  const folder = folderLockedBy(owner());
  expect(await withLock(folder, () => Promise.resolve("done"), fail)).toBe("done");
  expect(readdirSync(folder)).toEqual(["8"]);
});

test("a lock of a living owner is waited for, and said so once", async () => {
  const owner = spawn("cat", { stdio: ["pipe", "ignore", "ignore"] });
  const folder = folderLockedBy(identify(owner.pid ?? 0));
  const waits: number[] = [];
  const locked = withLock(
    folder,
    () => Promise.resolve(),
    (pid) => {
      waits.push(pid);
      owner.stdin.end();
    },
  );
  await locked;
  expect(waits).toEqual([owner.pid]);
});

test("the lock is free again after a failure", async () => {
  const folder = temporary();
  await expect(withLock(folder, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withLock(folder, () => Promise.resolve("yes"), fail)).toBe("yes");
});

test("a child that outlives its killed parent keeps the lock", async () => {
  const folder = temporary();
  const orphan = spawn("cat", { stdio: ["pipe", "ignore", "ignore"] });
  const program = `require(${JSON.stringify(LOCK)}).withLock(${JSON.stringify(folder)}, (share) => {
    share(${orphan.pid}); console.log("shared"); return new Promise(() => setInterval(() => {}, 1000)); })`;
  const parent = spawn(process.execPath, ["-e", program]);
  await once(parent.stdout, "data");
  parent.kill("SIGKILL");
  await once(parent, "close");
  const waits: number[] = [];
  await withLock(
    folder,
    () => Promise.resolve(),
    (pid) => {
      waits.push(pid);
      orphan.stdin.end();
    },
  );
  expect(waits).toEqual([orphan.pid]);
});

test("of many processes at once only one is inside at a time", async () => {
  const folder = temporary();
  const log = join(folder, "log");
  mkdirSync(join(folder, "lock"));
  const program = `const fs = require("node:fs");
    const work = async () => { fs.appendFileSync(${JSON.stringify(log)}, "in\\n"); await null; fs.readdirSync("/"); fs.appendFileSync(${JSON.stringify(log)}, "out\\n"); };
    (async () => { for (let i = 0; i < 5; i++) await require(${JSON.stringify(LOCK)}).withLock(${JSON.stringify(join(folder, "lock"))}, work); })();`;
  const children = Array.from({ length: 6 }, () => spawn(process.execPath, ["-e", program]));
  const ended = await Promise.all(children.map(end));
  expect(ended.map(({ code, output }) => [code, output])).toEqual(children.map(() => [0, ""]));
  expect(readFileSync(log, "utf8")).toBe("in\nout\n".repeat(30));
});

function fail(pid: number): never {
  throw new Error(`waited for ${pid}`);
}
