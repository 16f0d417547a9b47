import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CLONE } from "../clone";
import type { Place } from "../place";
import { signingFile } from "../signing";
import type { Deployed } from "./deploy";
import { type Answer, type Asking, type Project, run } from "./pulumi";

const WAYBILL = path.join(CLONE, "cli/bin/waybill.js");
const SMOKE = "examples/hello/smoke.mjs";
/** Longer than promotion.yaml asks for a soak in the sandbox, and for the approval and its time. */
const PATIENCE_MS = 120_000;

interface Verdict {
  readonly gate: string;
  readonly pass: boolean;
}

interface Asked {
  readonly verdict: "yes" | "no";
  readonly reason: string;
  readonly verdicts: readonly Verdict[];
}

/** Tests what runs in an environment by its digest, and signs the result, unless the next environment has it already. */
export async function testFor(
  project: Project,
  { stack, address, digest, image }: Deployed,
  next: string,
  place: Place,
  say: (line: string) => void,
  asking: Asking,
): Promise<void> {
  const { verdicts } = await ask(project, next, asking);
  if (!verdicts.some(({ gate, pass }) => gate === "tests" && !pass)) return;
  const report = path.join(place.folder, "reports", `${stack}-smoke.xml`);
  mkdirSync(path.dirname(report), { recursive: true });
  const started = new Date().toISOString();
  const environment = { ...project.environment, ADDRESS: address, DIGEST: digest };
  const tested = await run(
    { ...project, environment },
    process.execPath,
    ["--test", "--test-reporter=junit", SMOKE],
    asking,
  );
  if (tested.code !== 0)
    throw new Error(`${stack} does not pass ${SMOKE}:\n${tested.stdout}\n${tested.stderr}`);
  writeFileSync(report, `${tested.stdout}\n`);
  await must(
    project,
    [
      "attest",
      "tests",
      image,
      "--mark",
      `${stack}-passed`,
      "--report",
      `${report}=smoke`,
      "--started",
      started,
      "--finished",
      new Date().toISOString(),
      "--signer",
      signingFile(place, "sandbox"),
    ],
    asking,
  );
  say(`  ${SMOKE} passed in ${stack} against this digest; signed as ${stack}-passed`);
}

/** Asks every gate, shows the no, lets somebody approve, and sets the pin once all say yes. */
export async function promote(
  project: Project,
  environment: string,
  place: Place,
  say: (line: string) => void,
  asking: Asking,
): Promise<void> {
  const show = ({ stdout }: Answer): void =>
    stdout
      .trimEnd()
      .split("\n")
      .forEach((line) => say(`  │ ${line}`));
  const asked = await ask(project, environment, asking);
  if (missing(asked).includes("approvals")) {
    say(`  waybill promote ${environment}`);
    show(await waybill(project, promoteArgs(project, environment), asking));
    say("  stopped, as it must be: nobody has approved it\n");
    const alice = ["--signer", signingFile(place, "alice"), "--reason", "npm start", "--yes"];
    say(`  waybill approve ${environment} --signer …/alice.yaml`);
    show(await must(project, ["approve", environment, ...configOf(project, environment), ...alice], asking));
  }
  await soaked(project, environment, asking);
  say(`  waybill promote ${environment}`);
  show(await must(project, promoteArgs(project, environment), asking));
}

/** Time is what the last gate waits for. */
async function soaked(project: Project, environment: string, asking: Asking): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; ;) {
    const asked = await ask(project, environment, asking);
    if (asked.verdict === "yes") return;
    if (missing(asked).some((gate) => gate !== "soak") || Date.now() > end) {
      throw new Error(`${environment} takes nothing: ${asked.reason}`);
    }
    await delay(1_000, undefined, asking.signal && { signal: asking.signal });
  }
}

function missing({ verdicts }: Asked): string[] {
  return verdicts.filter(({ pass }) => !pass).map(({ gate }) => gate);
}

async function ask(project: Project, environment: string, asking: Asking): Promise<Asked> {
  const answer = await waybill(
    project,
    [...promoteArgs(project, environment), "--dry-run", "--json"],
    asking,
  );
  if (answer.code > 1) throw failed("promote", answer);
  return JSON.parse(answer.stdout) as Asked;
}

function promoteArgs(project: Project, environment: string): string[] {
  return ["promote", environment, ...configOf(project, environment)];
}

function configOf(project: Project, environment: string): string[] {
  return ["--config-file", project.settings(environment)];
}

async function must(project: Project, args: readonly string[], asking: Asking): Promise<Answer> {
  const answer = await waybill(project, args, asking);
  if (answer.code !== 0) throw failed(args[0] ?? "", answer);
  return answer;
}

function failed(command: string, { code, stdout, stderr }: Answer): Error {
  return new Error(`waybill ${command} ended with exit code ${code}:\n${stdout}\n${stderr}`);
}

function waybill(project: Project, args: readonly string[], { signal }: Asking): Promise<Answer> {
  return run(project, process.execPath, [WAYBILL, ...args], signal ? { signal } : {});
}
