import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";
import { closeAll } from "../support/registry";
import { type Estate, estate, fakePulumi, makePeople, NOW, signerOf } from "./estate";

const folder = mkdtempSync(join(tmpdir(), "waybill-killed-"));
const program = join(folder, "program.js");

/** What is done with files, in this order, once it is settled what the file is to say. */
const STEPS = [
  "realpathSync",
  "readdirSync",
  "statSync",
  "openSync",
  "fchmodSync",
  "writeFileSync",
  "fsyncSync",
  "closeSync",
  "renameSync",
];

/** The command in a process of its own, which ends itself before or after the file operation that it is told. */
beforeAll(async () => {
  const root = resolve(__dirname, "../..");
  const entry = join(folder, "program.ts");
  writeFileSync(
    entry,
    `import fs from "node:fs";
     import { main } from ${JSON.stringify(join(root, "cli/src/main"))};
     let begun = false;
     const die = () => process.kill(process.pid, "SIGKILL");
     for (const name of ${JSON.stringify(STEPS)}) {
       const real = fs[name];
       fs[name] = (...args) => {
         begun ||= name === "realpathSync" && String(args[0]).endsWith(".kill.yaml");
         if (begun && process.env.KILL === "before " + name) die();
         const answer = real(...args);
         if (begun && process.env.KILL === "after " + name) die();
         return answer;
       };
     }
     const io = {
       stdin: process.stdin,
       out: (text) => process.stdout.write(text),
       err: (text) => process.stderr.write(text),
       now: () => new Date(${JSON.stringify(NOW.toISOString())}),
     };
     main(process.argv.slice(2), io).then((code) => (process.exitCode = code));`,
  );
  buildSync({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "cjs",
    nodePaths: [join(root, "node_modules")],
    alias: Object.fromEntries(
      readdirSync(join(root, "core/src")).map((room) => [
        `@waybill/core/${room}`,
        join(root, "core/src", room, "index.ts"),
      ]),
    ),
    logLevel: "error",
  });
  await makePeople();
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(closeAll);

async function ready(onRequest?: () => void) {
  const at = await estate(onRequest ? { onRequest } : {});
  const image = await at.build("first");
  for (const environment of ["dev", "staging"]) await at.deploy(environment, image);
  await at.run("approve", "prod", "--signer", signerOf("alice"), "--yes");
  const old = at.read("Pulumi.prod.yaml");
  return { at, old, wanted: old.replace("prod\n", `prod\n  waybill:pin: ${image.digest}\n`) };
}

function start(at: Estate, environment: NodeJS.ProcessEnv, ...more: string[]) {
  const args = [program, "promote", "prod", "--promotion", at.file("promotion.yaml"), ...more];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env["PATH"], HOME: folder, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (out += text.toString()));
  const ended = new Promise<{ code: number | null; signal: string | null; out: string }>((done) =>
    child.on("close", (code, signal) => done({ code, signal, out })),
  );
  return { child, ended };
}

test("killed before or after each step of writing: the file is the old one or the new one, and a rerun completes", async () => {
  const { at, old, wanted } = await ready();
  const kills = [...STEPS.map((name) => `before ${name}`), "after renameSync"];
  const runs = kills.map(async (kill, index) => {
    const name = `${index}.kill.yaml`;
    at.write(name, old);
    const { signal } = await start(at, { KILL: kill }, "--config-file", at.file(name)).ended;
    return { kill, signal, isNew: at.read(name) === wanted, isOld: at.read(name) === old };
  });
  const expected = kills.map((kill) => {
    const isNew = kill === "after renameSync";
    return { kill, signal: "SIGKILL", isNew, isOld: !isNew };
  });
  expect(await Promise.all(runs)).toEqual(expected);
  expect(draftsIn(at)).not.toEqual([]);
  for (const index of kills.keys()) {
    const name = `${index}.kill.yaml`;
    expect((await at.run("promote", "prod", "--config-file", at.file(name))).code).toBe(0);
    expect(at.read(name)).toBe(wanted);
  }
  expect(draftsIn(at)).toEqual([]);
}, 120_000);

function draftsIn({ folder: name }: Estate): string[] {
  return readdirSync(name).filter((one) => one.endsWith(".draft"));
}

test("killed while the gates are asked: nothing happened", async () => {
  const next: { kill?: () => void } = {};
  const { at, old } = await ready(() => next.kill?.());
  for (const request of [1, 15]) {
    const before = at.log.length;
    const { child, ended } = start(at, {});
    next.kill = () => at.log.length - before >= request && child.kill("SIGKILL");
    expect((await ended).signal).toBe("SIGKILL");
    expect(at.read("Pulumi.prod.yaml")).toBe(old);
  }
}, 60_000);

test("killed between pin and pulumi up: the same again goes on with it", async () => {
  const { at, wanted } = await ready();
  const PATH = fakePulumi(at, "", 0);
  at.write("up.kill.yaml", at.read("Pulumi.prod.yaml"));
  const file = ["--config-file", at.file("up.kill.yaml")];
  expect((await start(at, { KILL: "after renameSync", PATH }, "--up", ...file).ended).signal).toBe("SIGKILL");
  expect(at.read("up.kill.yaml")).toBe(wanted);
  expect(existsSync(at.file("bin/calls"))).toBe(false);
  const again = await at.runWith({ environment: { PATH } }, "promote", "prod", "--up", ...file);
  expect(again.code).toBe(0);
  expect(readFileSync(at.file("bin/calls"), "utf8")).toContain(
    ` up --stack prod --config-file ${at.file("up.kill.yaml")} --yes`,
  );
}, 60_000);
