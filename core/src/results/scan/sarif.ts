import type { Finding } from "../../evidence";
import { refusal } from "../error";
import type { Part } from "../read/part";
import { digestIn, finding, type Scan, type Severity, severityWord } from "./finding";

/** SARIF 2.1.0 with one run, of a scanner that tells severities: a CVSS score, or a word among the tags of its rules. */
export function readSarif(report: Part): Scan {
  if (report.key("version").text() !== "2.1.0") throw report.key("version").wrong("2.1.0");
  const runs = report.key("runs").items();
  const [run] = runs;
  if (run === undefined || runs.length > 1) throw report.key("runs").wrong("one run");
  const invocations = run.key("invocations").itemsIfThere();
  invocations.forEach(refuseFailed);
  // 3.14.23: a run without the list never tried to find anything; an empty list says that there is nothing.
  if (!run.key("results").isThere)
    throw refusal("unfinished", report.file, "a list of results, be it empty", "none");
  const driver = run.key("tool").key("driver");
  const rules = rulesOf(run.key("tool"));
  const version = driver.key("version").textIfThere() ?? driver.key("semanticVersion").textIfThere();
  return {
    scanner: {
      uri: driver.key("informationUri").textIfThere() ?? `urn:sarif:${driver.key("name").text()}`,
      ...(version === undefined ? {} : { version }),
    },
    digests: [
      ...run
        .reach("properties", "repoDigests")
        .itemsIfThere()
        .map((one) => one.text()),
      run.reach("properties", "imageName").textIfThere(),
    ].flatMap(digestIn),
    ...spanOf(invocations),
    findings: run
      .key("results")
      .items()
      .filter(isOpen)
      .map((result) => toFinding(result, driver, rules)),
  };
}

function refuseFailed(invocation: Part): void {
  const successful = invocation.key("executionSuccessful").flag();
  const errors = ["toolExecutionNotifications", "toolConfigurationNotifications"]
    .flatMap((key) => invocation.key(key).itemsIfThere())
    .filter((one) => one.key("level").textIfThere() === "error");
  if (!successful || errors.length > 0)
    throw refusal("unfinished", invocation.file, "a scan that succeeded", "one that failed");
}

function spanOf(invocations: readonly Part[]): Pick<Scan, "startedOn" | "finishedOn"> {
  const times = (key: string): number[] =>
    invocations
      .map((one) => one.key(key))
      .filter((one) => one.isThere)
      .map((one) => one.time());
  const starts = times("startTimeUtc");
  const ends = times("endTimeUtc");
  return {
    startedOn: starts.length === 0 ? undefined : Math.min(...starts),
    finishedOn: ends.length === 0 ? undefined : Math.max(...ends),
  };
}

function rulesOf(tool: Part): ReadonlyMap<string, Part> {
  const components = [tool.key("driver"), ...tool.key("extensions").itemsIfThere()];
  return new Map(
    components.flatMap((one) =>
      one
        .key("rules")
        .itemsIfThere()
        .map((rule) => [rule.key("id").text(), rule]),
    ),
  );
}

function isOpen(result: Part): boolean {
  const kind = result.key("kind").textIfThere() ?? "fail";
  return !["pass", "notApplicable"].includes(kind) && result.key("baselineState").textIfThere() !== "absent";
}

function toFinding(result: Part, driver: Part, rules: ReadonlyMap<string, Part>): Finding {
  const id = idOf(result, driver);
  const location = result
    .key("locations")
    .itemsIfThere()[0]
    ?.reach("physicalLocation", "artifactLocation", "uri")
    .textIfThere();
  const rule = rules.get(id);
  const judged = severityIn(result) ?? (rule && severityIn(rule));
  if (judged === undefined)
    throw refusal(
      "unreadable",
      result.file,
      `"security-severity", or a severity among the tags, of ${id}`,
      "neither",
    );
  const suppressed = result.key("suppressions").itemsIfThere().length > 0 ? "suppressed" : undefined;
  return finding(id, judged.method, judged.score, { location, suppressed });
}

function idOf(result: Part, driver: Part): string {
  const said = result.key("ruleId").textIfThere() ?? result.reach("rule", "id").textIfThere();
  if (said !== undefined) return said;
  const rule = driver.key("rules").itemsIfThere()[result.key("ruleIndex").count()];
  if (rule === undefined) throw result.key("ruleIndex").wrong("the place of a rule");
  return rule.key("id").text();
}

function severityIn(part: Part): { readonly method: string; readonly score: Severity } | undefined {
  const properties = part.key("properties");
  const score = properties.reach("security-severity");
  if (score.isThere) return { method: "cvss", score: bandOf(score) };
  const words = properties
    .reach("tags")
    .itemsIfThere()
    .flatMap((tag) => severityWord(tag.text()) ?? []);
  return words[0] === undefined ? undefined : { method: "tag", score: words[0] };
}

/** The bands of CVSS 3 and 4. Scanners write 0.0 for what nobody has judged yet. */
function bandOf(part: Part): Severity {
  const score = part.isText ? Number(part.text()) : part.number();
  if (!(score >= 0 && score <= 10)) throw part.wrong("a score from 0 to 10");
  if (score >= 9) return "critical";
  if (score >= 7) return "high";
  if (score >= 4) return "medium";
  return score > 0 ? "low" : "unknown";
}
