import { createHash } from "node:crypto";
import type { Resource, TestResult } from "../../evidence";
import { quote } from "../../image";
import { refusal } from "../error";
import { LIMITS } from "../read/limits";
import { isJson, isXml, jsonOf, type ReportFile, textOf } from "../read/report";
import { type Clock, settleSpan, type Span } from "../read/times";
import { readJest } from "./jest";
import { readJunit } from "./junit";
import type { Tally } from "./tally";

export interface TestReport extends ReportFile {
  /** The suite that it belongs to; the file's name without folders and ending where left out. */
  readonly suite?: string | undefined;
}

export interface TestRun extends Span, Clock {
  /** dev-passed, staging-passed… */
  readonly mark: string;
  /** Web address of the job that ran the tests. */
  readonly url?: string | undefined;
}

/** A named mark: what ran, how much of it passed and failed, when. Reports of one suite are added up. */
export function readTests(reports: readonly TestReport[], run: TestRun): TestResult {
  const about = `mark ${quote(run.mark)}`;
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(run.mark))
    throw refusal("unreadable", about, "lower-case letters and digits with hyphens between", quote(run.mark));
  refuseTwins(about, reports);
  const suites = new Map<string, Tally[]>();
  for (const report of reports) {
    const suite = suiteOf(report);
    suites.set(suite, [...(suites.get(suite) ?? []), readOne(report)]);
  }
  const all = [...suites.values()].flat();
  const failed = all.flatMap((tally) => tally.failed);
  return {
    result: failed.length === 0 ? "PASSED" : "FAILED",
    configuration: [
      describeMark(about, all, run),
      ...[...suites].map(([suite, tallies]) => describeSuite(suite, tallies)),
    ],
    ...(run.url === undefined ? {} : { url: run.url }),
    passedTests: names(all.flatMap((tally) => tally.passed)),
    failedTests: names(failed),
  };
}

/** The same file under two names would count twice. */
function refuseTwins(about: string, reports: readonly TestReport[]): void {
  if (reports.length === 0) throw refusal("unreadable", about, "at least one report", "none");
  const seen = new Map<string, string>();
  for (const { name, bytes } of reports) {
    const hash = createHash("sha256").update(bytes).digest("hex");
    const twin = seen.get(hash);
    if (twin !== undefined)
      throw refusal("contradiction", name, "each report once", `the same as ${quote(twin)}`);
    seen.set(hash, name);
  }
}

function readOne(report: TestReport): Tally {
  const text = textOf(report);
  if (isXml(text)) return readJunit(report.name, text);
  if (isJson(text)) {
    const json = jsonOf(report.name, text);
    if (json.isObject && json.key("testResults").isThere) return readJest(json);
  }
  throw refusal("unreadable", report.name, "JUnit XML, or JSON of jest --json", quote(text.slice(0, 40)));
}

function suiteOf({ name, suite }: TestReport): string {
  const found = suite ?? (name.split(/[/\\]/).at(-1) ?? "").replace(/\.(xml|json)$/i, "");
  if (!/^[^\p{C}]{1,100}$/u.test(found))
    throw refusal("unreadable", name, "a name of its suite with 1 to 100 characters", quote(found));
  return found;
}

function describeSuite(name: string, members: readonly Tally[]): Resource {
  const sum = (count: (tally: Tally) => number): number =>
    members.reduce((all, tally) => all + count(tally), 0);
  const passed = sum((tally) => tally.passed.length);
  const failed = sum((tally) => tally.failed.length);
  const skipped = sum((tally) => tally.skipped);
  if (passed + failed === 0)
    throw refusal("unfinished", `suite ${quote(name)}`, "at least one test that ran", `${skipped} skipped`);
  return { name, annotations: { waybill: "suite", passed, failed, skipped } };
}

function describeMark(about: string, tallies: readonly Tally[], run: TestRun): Resource {
  const times = (pick: (tally: Tally) => number | undefined): number[] =>
    tallies.flatMap((tally) => pick(tally) ?? []);
  const starts = times((tally) => tally.startedOn);
  const ends = times((tally) => tally.finishedOn);
  const said = {
    startedOn: starts.length === 0 ? undefined : Math.min(...starts),
    finishedOn: ends.length === 0 ? undefined : Math.max(...ends),
  };
  const tool = [...new Set(tallies.map((tally) => tally.tool))].join(", ");
  return { name: run.mark, annotations: { waybill: "mark", ...settleSpan(about, said, run, run), tool } };
}

function names(all: readonly string[]): string[] {
  return all.slice(0, LIMITS.names).map((name) => {
    return name.length > LIMITS.nameLength ? `${name.slice(0, LIMITS.nameLength)}…` : name;
  });
}
