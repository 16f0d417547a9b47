import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { engineAddress } from "@waybill/provider";
import { connect, createRequest, startEngine } from "./served";

const urn = "urn:pulumi:dev::shop::slow:index:Thing::thing";

const fixture = (name: string) => join(__dirname, "fixtures", name);
const plugin = [process.execPath, fixture("run.mjs"), fixture("slow-provider.ts")];

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "waybill-provider-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("no stdout");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return line;
}

/** Ends when nothing with this id is left; a test that waits in vain fails by its own time limit. */
async function ended(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`)) await new Promise(setImmediate);
}
async function written(file: string, line: RegExp): Promise<string> {
  for (;;) {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    if (line.test(text)) return text;
    await new Promise(setImmediate);
  }
}

/** A plugin with a create under way. */
async function working(start: (address: string) => Promise<{ pid: number; port: number }>) {
  const engine = await startEngine();
  const { pid, port } = await start(engine.address);
  const client = connect(port);
  const diary = join(folder, "diary");
  const answered = new Promise<string>((resolve) => {
    client.create(createRequest(urn, { diary }), (error) => resolve(error?.details ?? "created"));
  });
  await written(diary, /started/);
  return { engine, client, pid, diary, answered };
}

async function directly(address: string) {
  const [command = "", ...args] = plugin;
  const child = spawn(command, [...args, "--logtostderr", "-v=3", address], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  const port = await firstLine(child);
  expect(port).toMatch(/^\d+$/);
  return { pid: child.pid ?? 0, port: Number(port) };
}

async function underCli(address: string) {
  const cli = spawn(process.execPath, [fixture("cli.mjs"), ...plugin, address], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(cli);
  const [pid, port] = (await firstLine(cli)).split(" ").map(Number);
  return { pid: pid ?? 0, port: port ?? 0 };
}

describe("a provider process", () => {
  test("ends when its engine stops listening, and aborts what it was doing", async () => {
    const { engine, client, pid, diary } = await working(directly);
    engine.kill();
    expect(await written(diary, /aborted/)).toContain("the engine is gone");
    await ended(pid);
    client.close();
  });

  test("ends when the CLI that started it is killed with -9", async () => {
    const { engine, client, pid, diary } = await working(underCli);
    children[0]?.kill("SIGKILL");
    expect(await written(diary, /aborted/)).toContain("the engine's process is gone");
    await ended(pid);
    client.close();
    engine.kill();
  });

  test("ends on the engine's interrupt, and its operation still gets its answer", async () => {
    const { engine, client, pid, answered } = await working(directly);
    process.kill(pid, "SIGINT");
    expect(await answered).toContain("found the engine asked to stop");
    await ended(pid);
    client.close();
    engine.kill();
  });
});

test.each([
  [["127.0.0.1:5"], "127.0.0.1:5"],
  [["--logtostderr", "-v=9", "--tracing", "http://t:1", "127.0.0.1:5"], "127.0.0.1:5"],
  [["--tracing", "http://t:1"], undefined],
  [[], undefined],
])("arguments %j name the engine %s", (args, address) => {
  expect(engineAddress(args)).toBe(address);
});
