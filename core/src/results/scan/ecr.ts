import type { Finding } from "../../evidence";
import { quote } from "../../image";
import { refusal } from "../error";
import type { Part } from "../read/part";
import { finding, type Scan, severityOf } from "./finding";

/** `aws ecr describe-image-scan-findings`, of basic and of enhanced scanning (Inspector). */
export function readEcr(report: Part): Scan {
  const found = report.key("imageScanFindings");
  const enhanced = found.reach("enhancedFindings").isThere;
  refuseUnfinished(report, enhanced);
  const basic = found.key("findings").itemsIfThere();
  const inspected = found.key("enhancedFindings").itemsIfThere();
  if (!enhanced && !found.key("findings").isThere) throw found.key("findings").wrong("a list of findings");
  checkCounts(found.key("findingSeverityCounts"), [...basic, ...inspected]);
  const completed = instant(found.key("imageScanCompletedAt"));
  const source = found.key("vulnerabilitySourceUpdatedAt");
  return {
    scanner: { uri: "https://aws.amazon.com/ecr/", version: enhanced ? "enhanced" : "basic" },
    digests: [report.key("imageId").key("imageDigest").text()],
    database: source.isThere ? instant(source) : undefined,
    startedOn: completed,
    finishedOn: completed,
    findings: [...basic.map(toBasic), ...inspected.flatMap(toEnhanced)],
  };
}

/** ACTIVE: a first scan is done, and Inspector goes on watching. */
function refuseUnfinished(report: Part, enhanced: boolean): void {
  const status = report.key("imageScanStatus").key("status").text();
  if (status !== "COMPLETE" && !(status === "ACTIVE" && enhanced))
    throw refusal("unfinished", report.file, "the scan status COMPLETE", quote(status));
  for (const key of ["nextToken", "NextToken"])
    if (report.key(key).isThere)
      throw refusal("unfinished", report.file, "all pages of the findings", "one of several");
}

function checkCounts(counts: Part, findings: readonly Part[]): void {
  const severities = findings.map((one) => one.key("severity").text());
  for (const severity of counts.keys()) {
    const said = counts.key(severity).count();
    const listed = severities.filter((one) => one === severity).length;
    if (said > listed)
      throw refusal("contradiction", counts.file, `${said} findings that are ${severity}`, `${listed}`);
  }
}

function toBasic(one: Part): Finding {
  const attributes = new Map(
    one
      .key("attributes")
      .itemsIfThere()
      .map((attribute) => [attribute.key("key").text(), attribute.key("value").textIfThere()]),
  );
  return finding(one.key("name").text(), "ecr", severityOf(one.key("severity")), {
    package: attributes.get("package_name"),
    version: attributes.get("package_version"),
  });
}

function toEnhanced(one: Part): Finding[] {
  const status = one.key("status").text();
  if (status === "CLOSED") return [];
  const details = one.key("packageVulnerabilityDetails");
  const id = details.reach("vulnerabilityId").textIfThere() ?? one.key("title").text();
  const severity = severityOf(one.key("severity"));
  const suppressed = status === "ACTIVE" ? undefined : status.toLowerCase();
  const packages = details.reach("vulnerablePackages").itemsIfThere();
  if (packages.length === 0) return [finding(id, "inspector", severity, { suppressed })];
  return packages.map((each) =>
    finding(id, "inspector", severity, {
      package: each.key("name").text(),
      version: each.key("version").textIfThere(),
      fixed: each.key("fixedInVersion").textIfThere(),
      suppressed,
    }),
  );
}

/** Version 1 of the AWS CLI writes seconds since 1970. */
function instant(part: Part): number {
  if (part.isText || !part.isThere) return part.time();
  const seconds = part.number();
  if (seconds < 1e9 || seconds > 1e11) throw part.wrong("seconds since 1970");
  return Math.round(seconds * 1000);
}
