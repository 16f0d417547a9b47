import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  FOLDER_MARK,
  isAlive,
  killAll,
  markedProcesses,
  markOf,
  parseStat,
  PART_MARK,
  readCommand,
  readMemory,
  readProcess,
  withDescendants,
} from "../../../sandbox/src/host/processes";

const stat = (name: string, state = "S") =>
  `42 (${name}) ${state} 7 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000 2 18446744073709551615`;

test.each(["node", "a) S 1 (b", "tmux: server", ") R 1 1"])("reads the process named %j", (name) => {
  expect(parseStat(stat(name))).toEqual({ pid: 42, parent: 7, started: "98765", running: true });
});

test("a dead process that nobody has reaped does not run", () => {
  expect(parseStat(stat("node", "Z")).running).toBe(false);
});

test("a process is alive only with the same beginning: a pid is used again", () => {
  const mine = readProcess(process.pid);
  expect(mine && isAlive(mine)).toBe(true);
  expect(isAlive({ pid: process.pid, started: "1" })).toBe(false);
});

test("a mark counts whole: neither a longer folder nor another variable is taken for it", () => {
  const environ = (folder: string) => ["A=1", `${FOLDER_MARK}=${folder}`, `${PART_MARK}=registry`];
  expect(markOf(environ("/s/sandbox-58"), "/s/sandbox-58")).toBe("registry");
  expect(markOf(environ("/s/sandbox-5800"), "/s/sandbox-58")).toBeUndefined();
  expect(markOf([`X${FOLDER_MARK}=/s`, `${PART_MARK}=registry`], "/s")).toBeUndefined();
  expect(markOf([`${PART_MARK}=registry`], "/s")).toBeUndefined();
});

test("descendants of all depths, whatever their order", () => {
  const process = (pid: number, parent: number) => ({ pid, parent, started: "1", running: true });
  const all = [process(5, 4), process(4, 3), process(3, 1), process(9, 1)];
  expect(withDescendants([process(3, 1)], all).map(({ pid }) => pid)).toEqual([3, 4, 5]);
});

test("a marked process is found with its part, and killed with its child, which has emptied its environment", async () => {
  const folder = `/test/${process.pid}`;
  const child = spawn("sh", ["-c", "env -i sh -c 'echo started; exec sleep 600' & wait"], {
    env: { ...process.env, [FOLDER_MARK]: folder, [PART_MARK]: "registry" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(child.stdout, "data");
  const marked = markedProcesses(folder);
  expect(marked).toEqual([
    expect.objectContaining({ pid: child.pid, part: "registry", parent: process.pid }),
  ]);
  expect(readCommand(child.pid ?? 0).slice(0, 2)).toEqual(["sh", "-c"]);
  expect(readMemory(child.pid ?? 0)).toBeGreaterThan(10_000);
  const all = withDescendants(marked);
  expect(all).toHaveLength(2);
  await killAll(all);
  expect(all.filter(isAlive)).toEqual([]);
  await killAll(all); // those that are gone already are no error
});
