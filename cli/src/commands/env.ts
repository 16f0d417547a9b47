import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CliError, type Command, Exit, type ExitCode, type Io } from "../command";

/** Beside this package, in a clone as in node_modules. */
const SANDBOX = resolve(__dirname, "../../../sandbox/dist/main.js");

export const command: Command = {
  usage: "",
  help: ['Use it as: eval "$(npx waybill env)"', "Exit code 3 if no sandbox runs."],
  flags: {},
  takesPositionals: false,
  run: async (_args, io) => Promise.resolve(printSandboxEnv(SANDBOX, io)),
};

/** The sandbox itself knows its ports, keys and folders; this only asks it. */
export function printSandboxEnv(sandbox: string, io: Io): ExitCode {
  if (!existsSync(sandbox)) {
    throw new CliError("sandbox", {
      about: "waybill env",
      expected: `the built sandbox of a clone at ${sandbox}`,
      found: "none",
      next: "Run npm start in a clone of Waybill. With a cluster, registry and Pulumi login of your own no variables are needed.",
    });
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [sandbox, "env"], { encoding: "utf8" });
  io.err(stderr);
  if (status !== 0) return Exit.undecided;
  io.out(stdout);
  return Exit.yes;
}
