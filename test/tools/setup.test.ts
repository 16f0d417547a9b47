import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { appearance, end, type Ended } from "./support/child";
import { script, temporary } from "./support/fake";

const tools = join(__dirname, "../../tools");

/** A clone with the real set-up and, in place of npm and the packages, scripts that note that they ran. */
function clone(npm = ""): string {
  const root = temporary();
  for (const name of ["setup.mjs", "setup", "node"]) {
    cpSync(join(tools, name), join(root, "tools", name), { recursive: true });
  }
  write(root, "package.json", `{ "workspaces": ["core"] }`);
  write(root, "package-lock.json", "{}");
  write(root, "core/src/index.ts", "");
  write(
    root,
    "packages/typescript/bin/tsc",
    note(
      "tsc",
      `require("fs").mkdirSync("core/dist", { recursive: true }); require("fs").writeFileSync("core/dist/index.js", "");`,
    ),
  );
  write(root, "packages/eslint/bin/eslint.js", note("eslint"));
  write(root, "packages/prettier/bin/prettier.cjs", note("prettier"));
  write(
    root,
    "packages/jest/bin/jest.js",
    note(
      "jest",
      `
    const file = process.argv[process.argv.indexOf("--outputFile") + 1];
    if (file.endsWith(".json")) require("fs").writeFileSync(file, JSON.stringify({
      numPassedTests: 5, numFailedTests: 0, numRuntimeErrorTestSuites: 0, numPendingTests: 1, numTodoTests: 1 }));
    process.exit(Number(process.env.JEST ?? 0));`,
    ),
  );
  script(
    join(root, "bin/npm"),
    `echo "npm $*" >> ${root}/log\ncase "$1" in ci) ${npm}\n rm -rf node_modules; cp -r packages node_modules ;; esac`,
  );
  script(join(root, "bin/git"), "");
  return root;
}

function write(root: string, path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

const note = (name: string, more = "") =>
  `require("fs").appendFileSync("log", [${JSON.stringify(name)}, ...process.argv.slice(2)].join(" ") + "\\n");${more}`;

const children: ChildProcess[] = [];
afterAll(() => children.forEach((child) => child.kill("SIGKILL")));

function start(root: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const all = { PATH: `${root}/bin:/usr/bin:/bin`, WAYBILL_CACHE: join(root, "cache"), ...env };
  const options = { cwd: root, env: all, stdio: "pipe" } as const;
  const child = spawn(process.execPath, [join(root, "tools/setup.mjs"), ...args], options);
  children.push(child);
  return child;
}

const run = (root: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> =>
  end(start(root, args, env));

function takeLog(root: string): string[] {
  const lines = existsSync(join(root, "log"))
    ? readFileSync(join(root, "log"), "utf8").trim().split("\n")
    : [];
  rmSync(join(root, "log"), { force: true });
  return lines;
}

const CI = "npm ci --ignore-scripts --no-audit --no-fund";
const BUNDLE = "npm run -w policy bundle --if-present";

test("a fresh clone gets its packages and is compiled; after that nothing is done, and nothing said", async () => {
  const root = clone();
  const first = await run(root, ["build"]);
  expect(first).toEqual({
    code: 0,
    output: expect.stringMatching(/^npm packages … \d+ s\ncompile … \d+ s\n$/) as string,
  });
  expect(takeLog(root)).toEqual([CI, "tsc -b --force", BUNDLE]);
  expect(await run(root, ["build"])).toEqual({ code: 0, output: "" });
  expect(takeLog(root)).toEqual([]);
});

test.each<[string, (root: string) => void, string[]]>([
  [
    "a changed source is compiled",
    (root) => write(root, "core/src/index.ts", "// changed"),
    ["tsc -b", BUNDLE],
  ],
  [
    "a touched source is compiled",
    (root) => utimesSync(join(root, "core/src/index.ts"), 1, 1),
    ["tsc -b", BUNDLE],
  ],
  [
    "a lost result is made again",
    (root) => rmSync(join(root, "core/dist"), { recursive: true }),
    ["tsc -b --force", BUNDLE],
  ],
  [
    "a changed lock file brings other packages",
    (root) => write(root, "package-lock.json", "{ }"),
    [CI, "tsc -b --force", BUNDLE],
  ],
  [
    "lost packages are brought again",
    (root) => rmSync(join(root, "node_modules"), { recursive: true }),
    [CI, "tsc -b --force", BUNDLE],
  ],
])("%s", async (_, change, expected) => {
  const root = clone();
  await run(root, ["build"]);
  takeLog(root);
  change(root);
  expect((await run(root, ["build"])).code).toBe(0);
  expect(takeLog(root)).toEqual(expected);
});

test("packages that could not be brought whole are brought again, and the failure shows why", async () => {
  const root = clone(
    `[ -e ok ] || { mkdir -p node_modules; echo "npm error first reason" >&2; seq 1 99; exit 1; }`,
  );
  const failed = await run(root, ["build"]);
  expect(failed.code).toBe(1);
  expect(failed.output).toMatch(
    /^npm packages … failed\n"npm ci .*" failed \(exit code 1\):\n[^]*npm error first reason[^]*\n…\n[^]*99\n/,
  );
  write(root, "ok", "");
  expect((await run(root, ["build"])).code).toBe(0);
});

test("two at once: one sets up, the other waits", async () => {
  const root = clone(`touch started; while [ ! -e gate ]; do sleep 0.05; done`);
  const first = start(root, ["build"]);
  const firstEnded = end(first);
  await appearance(join(root, "started"));
  const second = start(root, ["build"]);
  second.stdout?.once("data", () => writeFileSync(join(root, "gate"), ""));
  const ended = await end(second);
  expect(ended).toEqual({ code: 0, output: `waiting for process ${first.pid}, which sets up this clone\n` });
  expect((await firstEnded).code).toBe(0);
  expect(takeLog(root).filter((line) => line === CI)).toHaveLength(1);
});

test("what is missing on the machine is named together with the way to get it", async () => {
  const root = clone();
  rmSync(join(root, "bin"), { recursive: true });
  const { code, output } = await run(root, ["build"], { PATH: join(root, "bin") });
  expect(code).toBe(1);
  expect(output).toMatch(/^Missing on PATH:\n {2}git: https:\/\/git-scm\.com.*\n {2}npm: it comes with Node/);
});

test("a cache that cannot be written is named", async () => {
  const root = clone();
  const { code, output } = await run(root, ["build"], { WAYBILL_CACHE: join(root, "package.json/cache") });
  expect(code).toBe(1);
  expect(output).toMatch(/package.json\/cache\/.*or set WAYBILL_CACHE to another folder\.\n$/);
});

test("an unknown job is refused", async () => {
  const { code, output } = await run(clone(), ["deploy"]);
  expect(code).toBe(1);
  expect(output).toMatch(/^Job: expected one of start, sandbox, build, .*, found "deploy"\.\n$/);
});

describe("the job", () => {
  test("runs on the chosen Node, with the rest of the command line and its own exit code", async () => {
    const root = clone();
    write(
      root,
      "sandbox/dist/main.js",
      `console.log(process.env.PATH.split(":")[0], ...process.argv.slice(2)); process.exit(7)`,
    );
    const { code, output } = await run(root, ["sandbox", "up", "--fast"]);
    expect(code).toBe(7);
    expect(output).toContain(`${dirname(process.execPath)} up --fast\n`);
  });

  const LISTENER = `const fs = require("fs");
    process.on("SIGTERM", () => { fs.writeFileSync("stopped", ""); process.exit(0); });
    setInterval(() => {}, 1000); fs.writeFileSync("running", "");`;

  test("is given the signals, and ends before the set-up does", async () => {
    const root = clone();
    write(root, "sandbox/dist/start.js", LISTENER);
    const child = start(root, ["start"]);
    const ended = end(child);
    await appearance(join(root, "running"));
    child.kill("SIGTERM");
    expect((await ended).code).toBe(143);
    expect(existsSync(join(root, "stopped"))).toBe(true);
  });

  test("is ended when the npm that started the set-up was killed", async () => {
    const root = clone();
    write(root, "sandbox/dist/start.js", LISTENER);
    // As npm does: a process that starts a shell that starts the set-up.
    const shell = `spawn("/bin/sh", ["-c", '"$0" tools/setup.mjs start; true', process.execPath], { stdio: "inherit" })`;
    const npm = spawn(process.execPath, ["-e", `require("node:child_process").${shell}`], {
      cwd: root,
      env: {
        PATH: `${root}/bin:/usr/bin:/bin`,
        WAYBILL_CACHE: join(root, "cache"),
        npm_lifecycle_event: "start",
      },
      stdio: "ignore",
    });
    await appearance(join(root, "running"));
    npm.kill("SIGKILL");
    await appearance(join(root, "stopped"));
  });
});

describe("all tests", () => {
  test("are every check and both suites, summed in the last line", async () => {
    const root = clone();
    const { code, output } = await run(root, ["test"]);
    expect(output.trim().split("\n").at(-1)).toBe("13 passed, 0 failed, 4 skipped");
    expect(code).toBe(0);
    const suites = takeLog(root).filter((line) => line.startsWith("jest"));
    expect(suites).toEqual([
      expect.stringMatching(/^jest --json --outputFile \S+ --selectProjects unit$/),
      expect.stringMatching(/^jest --json --outputFile \S+ --selectProjects e2e --runInBand$/),
    ]);
  });

  test("go on after a failing check, which counts as failed", async () => {
    const root = clone();
    write(root, "packages/eslint/bin/eslint.js", "process.exit(1)");
    const { code, output } = await run(root, ["test"]);
    expect(output).toContain("eslint: failed, see above\n");
    expect(output.trim().split("\n").at(-1)).toBe("12 passed, 1 failed, 4 skipped");
    expect(code).toBe(1);
  });

  test("count as failed where jest fails without naming a test", async () => {
    const { code, output } = await run(clone(), ["test"], { JEST: "1" });
    expect(output.trim().split("\n").at(-1)).toBe("13 passed, 2 failed, 4 skipped");
    expect(code).toBe(1);
  });

  test("of one suite take a filter", async () => {
    const root = clone();
    await run(root, ["test:unit", "test/tools"]);
    expect(takeLog(root).at(-1)).toBe("jest test/tools --selectProjects unit");
  });
});
