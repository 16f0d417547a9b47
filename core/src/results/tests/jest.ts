import { refusal } from "../error";
import type { Part } from "../read/part";
import type { Tally } from "./tally";

const STATES = ["passed", "failed", "pending", "skipped", "todo", "disabled"] as const;
type State = (typeof STATES)[number];

interface File {
  readonly failed: boolean;
  readonly tests: readonly { readonly label: string; readonly state: State }[];
}

/** What `jest --json` writes. */
export function readJest(report: Part): Tally {
  if (report.key("wasInterrupted").isThere && report.key("wasInterrupted").flag())
    throw refusal("unfinished", report.file, "a run that came to its end", "one that was interrupted");
  const files = report.key("testResults").items().map(fileOf);
  checkTests(report, files);
  checkFiles(report, files);
  const tests = files.flatMap((file) => file.tests);
  const failed = [
    ...tests.filter(({ state }) => state === "failed").map(({ label }) => label),
    ...files.filter(brokeItself).map(() => "a test file that broke itself"),
  ];
  const success = report.key("success").flag();
  if (success && failed.length > 0)
    throw refusal("contradiction", report.file, "no failed tests where it says success", `${failed.length}`);
  // Too little coverage, a handle left open, a snapshot nobody wants: the run failed, and no test tells.
  if (!success && failed.length === 0) failed.push("the run itself");
  const ends = report
    .key("testResults")
    .items()
    .map((file) => file.key("endTime").number());
  const startedOn = report.key("startTime").number();
  return {
    tool: "jest",
    passed: tests.filter(({ state }) => state === "passed").map(({ label }) => label),
    failed,
    skipped: tests.filter(({ state }) => state !== "passed" && state !== "failed").length,
    startedOn,
    finishedOn: ends.reduce((one, other) => Math.max(one, other), startedOn),
  };
}

function fileOf(part: Part): File {
  const tests = part.key("assertionResults").items();
  return {
    // A file that was left out as a whole is `skipped`, or `focused` and the like in old versions.
    failed: part.key("status").text() === "failed",
    tests: tests.map((test) => ({
      label: test.key("fullName").text(),
      state: test.key("status").word(STATES),
    })),
  };
}

/** It did not compile, or broke before or after its tests. */
function brokeItself({ failed, tests }: File): boolean {
  return failed && tests.every(({ state }) => state !== "failed");
}

function checkTests(report: Part, files: readonly File[]): void {
  const counted = (...states: readonly State[]): number =>
    files.flatMap(({ tests }) => tests).filter(({ state }) => states.includes(state)).length;
  agree(report, "numTotalTests", counted(...STATES));
  agree(report, "numPassedTests", counted("passed"));
  agree(report, "numFailedTests", counted("failed"));
  agree(report, "numPendingTests", counted("pending", "skipped", "disabled"));
  agree(report, "numTodoTests", counted("todo"));
}

function checkFiles(report: Part, files: readonly File[]): void {
  const failed = files.filter((file) => file.failed).length;
  agree(report, "numTotalTestSuites", files.length);
  agree(report, "numFailedTestSuites", failed);
  const broken = report.key("numRuntimeErrorTestSuites").count();
  if (broken > failed)
    throw refusal("contradiction", report.file, `${broken} test files that broke`, `${failed} that failed`);
  const odd = files.find((file) => !file.failed && file.tests.some(({ state }) => state === "failed"));
  if (odd) throw refusal("contradiction", report.file, "failed tests in failed files only", "others");
}

function agree(report: Part, key: string, counted: number): void {
  const said = report.key(key).count();
  if (said !== counted)
    throw refusal("contradiction", report.file, `${said} entries, as ${key} says`, `${counted}`);
}
