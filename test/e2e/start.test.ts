import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { run, type Ran } from "./support/run";

jest.setTimeout(15 * 60_000);

const repository = resolve(__dirname, "../..");
const parent = mkdtempSync(join(tmpdir(), "waybill-stranger-"));
const clone = join(parent, "waybill");
const state = join(parent, "state");
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  WAYBILL_SANDBOX_PORT: "5860",
  XDG_STATE_HOME: state,
};

beforeAll(() => execFileSync("git", ["clone", "-q", repository, clone]));
afterAll(async () => {
  const down = await npm("run", "sandbox", "--", "down");
  rmSync(parent, { recursive: true, force: true });
  expect(down).toMatchObject({ code: 0 });
});

const npm = (...args: string[]): Promise<Ran> => run("npm", args, clone, environment);

/** The digests that the three stacks say they run, in the order of the output. */
function digestsIn(output: string): string[] {
  return [...output.matchAll(/^ {2}(?:dev|staging|prod) runs (sha256:[0-9a-f]{64})$/gm)].map(
    ([, digest = ""]) => digest,
  );
}

function expectDone({ code, output }: Ran): void {
  expect({ code, output }).toMatchObject({ code: 0 });
  const digests = digestsIn(output);
  expect(digests).toHaveLength(3);
  expect(new Set(digests).size).toBe(1);
  expect(output).toMatch(/refused, as it must be/);
  expect(leftovers()).toEqual([]);
}

/** Pulumi's processes and locks that belong to this sandbox. */
function leftovers(): string[] {
  const locks = readdirSync(state, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\/locks\/.*\.json$/.test(file),
  );
  const processes = readdirSync("/proc").filter((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return (
        /pulumi/.test(command) &&
        readFileSync(`/proc/${pid}/environ`, "utf8").includes(`PULUMI_HOME=${state}`)
      );
    } catch {
      return false;
    }
  });
  return [
    ...locks,
    ...processes.map((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")),
  ];
}

test("S1: npm start in a fresh clone ends well, with one digest in three stacks and a refusal", async () => {
  const started = await npm("start");
  expectDone(started);
  expect(started.output).toMatch(/hello:latest/);
});

test("S1: its second run changes nothing", async () => {
  const again = await npm("start");
  expectDone(again);
  expect(again.output.match(/; no changes; /g)).toHaveLength(3);
  expect(execFileSync("git", ["-C", clone, "status", "--porcelain"], { encoding: "utf8" })).toBe("");
});

describe("kill -9, then npm start: exit 0, one digest, nothing pending, nothing left", () => {
  /** Makes the next run do real work again. */
  beforeEach(() => {
    const file = join(clone, "examples/hello/server.js");
    execFileSync("sh", [
      "-c",
      `echo "// $(date +%N)" >> ${file} && git -C ${clone} -c user.name=t -c user.email=t@example.com commit -qam next`,
    ]);
  });

  test.each([
    ["npm", "while the sandbox comes up", /^Sandbox/m, killNpm, true],
    [
      "npm",
      "while the image is built",
      /docker-build:index:Image.*(?:creating|updating|replac)/,
      killNpm,
      false,
    ],
    ["the pulumi CLI", "while staging rolls out", /staging:[^]*Deployment hello updating/, killPulumi, false],
    ["the job itself", "while prod rolls out", /prod:[^]*Deployment hello updating/, killJob, false],
  ])("%s %s", async (_, __, moment, kill, fresh) => {
    if (fresh) expect(await npm("run", "sandbox", "--", "down")).toMatchObject({ code: 0 });
    await killAt(moment, kill);
    expectDone(await npm("start"));
  });
});

async function killAt(moment: RegExp, kill: (npm: ChildProcess) => void): Promise<void> {
  const child = spawn("npm", ["start"], { cwd: clone, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  await new Promise<void>((done, fail) => {
    let killed = false;
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (killed || !moment.test(output)) return;
      killed = true;
      kill(child);
    });
    child.once("exit", () =>
      killed ? done() : fail(new Error(`it ended before the moment came:\n${output}`)),
    );
  });
}

function killNpm(npm: ChildProcess): void {
  npm.kill("SIGKILL");
}

function killPulumi(npm: ChildProcess): void {
  const [engine] = below(npm.pid ?? 0).filter((pid) => programOf(pid) === "pulumi");
  if (engine === undefined) throw new Error("no pulumi under npm start");
  process.kill(engine, "SIGKILL");
}

function killJob(npm: ChildProcess): void {
  const [job] = below(npm.pid ?? 0).filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("sandbox/dist/start.js"),
  );
  if (job === undefined) throw new Error("no job under npm start");
  process.kill(job, "SIGKILL");
}

function below(root: number): number[] {
  const parents = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
          return [[Number(pid), Number(stat.slice(stat.lastIndexOf(")") + 4).split(" ")[0])] as const];
        } catch {
          return [];
        }
      }),
  );
  const isBelow = (pid: number): boolean => {
    const up = parents.get(pid);
    return up !== undefined && up !== 0 && (up === root || isBelow(up));
  };
  return [...parents.keys()].filter(isBelow);
}

function programOf(pid: number): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return "";
  }
}
