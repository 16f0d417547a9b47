import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { withLock } from "../../sandbox/src/lock";

const folder = mkdtempSync(path.join(tmpdir(), "waybill-lock-"));
const file = path.join(folder, "state", "sandbox-1.lock");
afterAll(() => rmSync(folder, { recursive: true }));

const nothing = () => Promise.resolve();

test("is held while the work runs, and leaves neither file nor folder", async () => {
  const held = await withLock(file, "up", () => Promise.resolve(readFileSync(file, "utf8")));
  expect(JSON.parse(held)).toMatchObject({ pid: process.pid, doing: "up" });
  expect(readdirSync(folder)).toEqual([]);
});

test("a second one is refused, and told who is at work", async () => {
  await withLock(file, "up", async () => {
    await expect(withLock(file, "down", nothing)).rejects.toMatchObject({
      code: "busy",
      message: expect.stringContaining(`\`up\` still at work, pid ${process.pid}`) as string,
    });
    expect(existsSync(file)).toBe(true);
  });
});

test("is given back when the work fails", async () => {
  await expect(withLock(file, "up", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ["a process that ended", () => ({ pid: spawnSync("true").pid, started: "1" })],
  ["an earlier process with the pid of a living one", () => ({ pid: process.pid, started: "1" })],
])("takes over from %s", async (_, holder) => {
  await withLock(path.join(folder, "state", "other.lock"), "keep the folder", async () => {
    writeFileSync(file, JSON.stringify({ ...holder(), doing: "up" }));
    await expect(withLock(file, "down", () => Promise.resolve("done"))).resolves.toBe("done");
  });
});

test("of many at once exactly one gets it", async () => {
  let atWork = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++atWork);
    await new Promise((resolve) => setImmediate(resolve));
    atWork--;
  };
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => withLock(file, "up", work)));
  expect(most).toBe(1);
  expect(results.some(({ status }) => status === "fulfilled")).toBe(true);
});

test("a lock that is not one is refused, not taken", async () => {
  await withLock(path.join(folder, "state", "other.lock"), "keep the folder", async () => {
    writeFileSync(file, "not JSON");
    await expect(withLock(file, "up", nothing)).rejects.toMatchObject({ code: "bad-state" });
  });
});
