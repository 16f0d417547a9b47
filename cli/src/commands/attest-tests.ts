import type { TestResult } from "@waybill/core/evidence";
import { readTests } from "@waybill/core/results";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { readTestReports } from "../attest/testReports";
import { nowOf, SPAN_FLAGS, SPAN_HELP, spanFlags } from "../attest/times";
import { sayWhat } from "../attest/told";
import { type Command, Exit } from "../command";
import { requiredFlag, textFlag, textFlags, wrongUsage } from "../input";
import { oneImage } from "../registry";
import { SIGNING_FLAGS, SIGNING_HELP } from "../say";

const NAME = "attest tests";

export const command: Command = {
  usage: "IMAGE@sha256:… --mark NAME --report FILE[=SUITE]… --signer REF",
  help: [
    "--mark NAME        what the tests say of the image: dev-passed, staging-passed, canary-passed",
    "--report FILE      JUnit XML or the JSON of jest --json; a folder stands for the XML files in it;",
    "                   =SUITE names the suite (default: the file's name without its ending)",
    "--url URL          the job that ran them",
    ...SPAN_HELP,
    ...SIGNING_HELP,
    "Exit code 1 also if a test failed: that is recorded, too.",
  ],
  flags: {
    mark: { type: "string" },
    report: { type: "string", multiple: true },
    url: { type: "string" },
    ...SPAN_FLAGS,
    ...SIGNING_FLAGS,
  },
  takesPositionals: true,
  run: async (args, io) => {
    const image = oneImage(NAME, args);
    const mark = requiredFlag(NAME, args, "mark");
    const given = textFlags(args, "report");
    if (given.length === 0) throw wrongUsage(NAME, "--report", "none");
    const run = { mark, url: textFlag(args, "url"), ...spanFlags(NAME, args), now: nowOf(io) };
    const predicate = readTests(given.flatMap(readTestReports), run);
    const predicateType = PREDICATE_TYPES["test-result"];
    const what = describe(predicate);
    const code = await sayWhat(NAME, args, io, { image, predicateType, predicate, what });
    return code === Exit.yes && predicate.result !== "PASSED" ? Exit.no : code;
  },
};

function describe({ result, configuration }: TestResult): string {
  const [mark, ...suites] = configuration;
  const counts = suites.map(({ name = "", annotations }) => {
    const { passed, failed, skipped } = annotations as Record<string, number>;
    return `\n  ${name}: ${passed ?? 0} passed, ${failed ?? 0} failed, ${skipped ?? 0} skipped`;
  });
  return `${mark?.name ?? ""}: ${result === "PASSED" ? "all that ran passed" : "failed"}${counts.join("")}`;
}
