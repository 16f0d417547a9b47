import { spawn } from "node:child_process";
import { constants } from "node:os";
import processes from "./process.js";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const HEAD = 10; // npm says first what is wrong, compilers last
const TAIL = 20;

export class StepFailed extends Error {}

let running; // the one child of the moment: the set-up does one thing after the other
let stopped; // the signal that asks the set-up to end

/** Ends the child, and then this process, on a signal and when the npm that started this process is gone (kill -9). */
export function stopTogether() {
  for (const signal of SIGNALS) process.on(signal, () => stop(signal));
  if (process.env.npm_lifecycle_event === undefined) return;
  const npm = processes.starter();
  setInterval(() => processes.isAlive(npm) || stopped || stop("SIGTERM"), 500).unref();
}

function stop(signal) {
  // A terminal sends Ctrl-C to the child as well.
  const told = signal === "SIGINT" && process.stdin.isTTY;
  stopped = signal;
  if (running === undefined) process.exit(128 + constants.signals[signal]);
  if (!told) running.kill(signal);
}

/** Runs a program and gives its exit code; it speaks to the terminal itself. */
export async function runLoud(command, args, { env, cwd }) {
  return (await run(command, args, { env, cwd, stdio: "inherit" })).code;
}

/** Runs a program silently; when it fails, its last lines are the message. */
export async function runQuiet(command, args, { env, cwd, share, next }) {
  const { code, output } = await run(command, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] }, share);
  if (code === 0) return output;
  throw new StepFailed(
    `"${command} ${args.join(" ")}" failed (exit code ${code}):\n${shorten(output)}\n${next}`,
  );
}

function shorten(output) {
  const lines = output.trimEnd().split("\n");
  if (lines.length <= HEAD + TAIL) return lines.join("\n");
  return [...lines.slice(0, HEAD), "…", ...lines.slice(-TAIL)].join("\n");
}

async function run(command, args, options, share = () => {}) {
  const child = spawn(command, args, options);
  running = child;
  let output = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => {
    child.on("spawn", () => share(child.pid));
    child.on("error", (error) => reject(new StepFailed(`"${command}" does not start: ${error.message}`)));
    child.on("close", (exitCode, signal) => resolve(exitCode ?? 128 + constants.signals[signal]));
  });
  running = undefined;
  if (stopped !== undefined) process.exit(128 + constants.signals[stopped]);
  return { code, output };
}

/** One line: what is done, then how long it took. */
export async function step(title, work) {
  const start = Date.now();
  process.stdout.write(`${title} … `);
  try {
    await work();
  } catch (error) {
    process.stdout.write("failed\n");
    throw error;
  }
  process.stdout.write(`${Math.max(1, Math.round((Date.now() - start) / 1000))} s\n`);
}
