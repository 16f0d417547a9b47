import { down } from "./down";
import { sandboxEnv, shellExports } from "./env";
import { SandboxError } from "./error";
import { optionsFrom, placeOf } from "./place";
import { readRecord } from "./record";
import { describeStatus, status } from "./status";
import { up } from "./up";

const report = (line: string) => console.log(line);

/** Each command gives its exit code. */
const COMMANDS: Readonly<Record<string, () => Promise<number>>> = {
  up: async () => {
    await up(optionsFrom(process.env), report);
    return 0;
  },
  status: async () => {
    const found = await status(optionsFrom(process.env));
    report(describeStatus(found));
    return found.allRun ? 0 : 1;
  },
  down: async () => {
    await down(optionsFrom(process.env), report);
    return 0;
  },
  env: () => {
    const place = placeOf(optionsFrom(process.env));
    if (readRecord(place)?.plugins === undefined) throw notUp(place.port);
    process.stdout.write(shellExports(sandboxEnv(place)));
    return Promise.resolve(0);
  },
};

function notUp(port: number): SandboxError {
  return new SandboxError("not-running", {
    about: `the sandbox on port ${port}`,
    expected: "one that is up",
    found: "none",
    next: "Run: npm run sandbox -- up",
  });
}

async function main(words: readonly string[]): Promise<number> {
  const command = words.length === 1 ? COMMANDS[words[0] ?? ""] : undefined;
  if (command === undefined) {
    throw new SandboxError("bad-usage", {
      about: "npm run sandbox --",
      expected: `one of ${Object.keys(COMMANDS).join(", ")}`,
      found: words.length === 0 ? "nothing" : words.join(" "),
      next: "WAYBILL_SANDBOX_PORT chooses the sandbox.",
    });
  }
  return command();
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
