import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { quote } from "@waybill/core/image";
import { WaybillError } from "@waybill/core/problem";
import { type Arguments, CliError, type Command, Exit, type ExitCode, type Io } from "./command";
import { COMMANDS } from "./commands";
import { exitOf } from "./exit";

/** Runs one command line and answers with its exit code. The only place that turns an error into one. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    if (error instanceof WaybillError) io.err(`waybill: ${error.message}\n`);
    else io.err(`waybill: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return exitOf(error);
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<ExitCode> {
  if (argv[0] === "--version" && argv.length === 1) return print(io.out, `${version()}\n`, Exit.yes);
  if (argv[0] === "--help" || argv[0] === "-h") return print(io.out, overview(), Exit.yes);
  if (argv[0] === undefined) return print(io.err, overview(), Exit.usage);
  const name = [...COMMANDS.keys()].find((known) =>
    known.split(" ").every((word, index) => argv[index] === word),
  );
  const entry = name === undefined ? undefined : COMMANDS.get(name);
  if (name === undefined || !entry)
    throw usageError("waybill", `one of: ${[...COMMANDS.keys()].join(", ")}`, quote(argv.join(" ")), "");
  const rest = argv.slice(name.split(" ").length);
  const command = entry.load();
  const asksForHelp = rest
    .slice(0, [...rest, "--"].indexOf("--"))
    .some((word) => word === "--help" || word === "-h");
  if (asksForHelp) return print(io.out, describe(name, entry.summary, command), Exit.yes);
  return command.run(parse(name, command, rest), io);
}

function parse(
  name: string,
  { flags, takesPositionals, usage }: Command,
  args: readonly string[],
): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: flags,
      allowPositionals: takesPositionals,
    });
    return { flags: values, positionals };
  } catch (error) {
    if (!isUsageError(error)) throw error;
    const [found = ""] = error.message.split(". ");
    throw usageError(`waybill ${name}`, usage === "" ? "no arguments" : usage, found, name);
  }
}

function isUsageError(error: unknown): error is Error {
  return (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    String(error.code).startsWith("ERR_PARSE_ARGS")
  );
}

function usageError(about: string, expected: string, found: string, name: string): CliError {
  return new CliError("usage", {
    about,
    expected,
    found,
    next: `Run: ${["waybill", name, "--help"].filter(Boolean).join(" ")}`,
  });
}

function overview(): string {
  const width = Math.max(...[...COMMANDS.keys()].map((name) => name.length));
  const lines = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "Promotes a container image from dev to production by its digest.",
    "",
    "waybill COMMAND [--help]",
    ...lines,
    "",
    "Exit codes: 0 yes, 1 a well-founded no, 2 wrong usage or configuration, 3 could not find out.",
    "",
  ].join("\n");
}

function describe(name: string, summary: string, { usage, help }: Command): string {
  const first = `waybill ${name} ${usage}`.trimEnd();
  return [`${first}: ${summary}`, "", ...help.map((line) => `  ${line}`), ""].join("\n");
}

function print(to: (text: string) => void, text: string, code: ExitCode): ExitCode {
  to(text);
  return code;
}

function version(): string {
  return (JSON.parse(readFileSync(resolve(__dirname, "../package.json"), "utf8")) as { version: string })
    .version;
}
