import type { Finding } from "../../evidence";
import { refusal } from "../error";
import type { Part } from "../read/part";
import { digestIn, finding, type Scan, severityOf } from "./finding";

/** `grype -o json`. */
export function readGrype(report: Part): Scan {
  const descriptor = report.key("descriptor");
  const source = report.key("source");
  if (source.key("type").text() !== "image") throw source.key("type").wrong("image");
  const target = source.key("target");
  const manifest = target.key("manifestDigest").textIfThere();
  const finishedOn = descriptor.key("timestamp").isThere ? descriptor.key("timestamp").time() : undefined;
  return {
    scanner: { uri: "https://github.com/anchore/grype", version: descriptor.key("version").text() },
    digests: [
      ...target
        .key("repoDigests")
        .itemsIfThere()
        .map((one) => one.text()),
      ...[target.key("userInput").textIfThere()],
      ...(manifest === undefined ? [] : [`@${manifest}`]),
    ].flatMap(digestIn),
    database: databaseOf(descriptor.key("db")),
    startedOn: finishedOn,
    finishedOn,
    findings: [
      ...report
        .key("matches")
        .items()
        .map((match) => toFinding(match)),
      ...report
        .key("ignoredMatches")
        .itemsIfThere()
        .filter(isHidden)
        .map((match) => toFinding(match, "ignored")),
    ],
  };
}

/** Up to 0.87 what it knows of its database stands at the top, from 0.88 on in `status`. */
function databaseOf(db: Part): number | undefined {
  const status = db.reach("status").isThere ? db.key("status") : db;
  const valid = status.reach("valid");
  const error = status.reach("error").textIfThere();
  if (error !== undefined || (valid.isThere && !valid.flag()))
    throw refusal(
      "unfinished",
      db.file,
      "a database that Grype calls valid",
      error ?? "one that it does not",
    );
  return status.reach("built").isThere ? status.key("built").time() : undefined;
}

function toFinding(match: Part, suppressed?: string): Finding {
  const vulnerability = match.key("vulnerability");
  const fixed = vulnerability
    .reach("fix", "versions")
    .itemsIfThere()
    .map((one) => one.text());
  return finding(vulnerability.key("id").text(), "grype", severityOf(vulnerability.key("severity")), {
    package: match.key("artifact").key("name").text(),
    version: match.key("artifact").key("version").textIfThere(),
    fixed: fixed.length === 0 ? undefined : fixed.join(", "),
    suppressed,
  });
}

/** Kernel headers: the finding is about the kernel, which is not in the image. All else is hidden by somebody's rules or VEX files. */
function isHidden(match: Part): boolean {
  return !match
    .key("appliedIgnoreRules")
    .itemsIfThere()
    .some(
      (rule) =>
        rule.key("match-type").textIfThere() === "exact-indirect-match" &&
        /^(kernel|linux)/.test(rule.reach("package", "upstream-name").textIfThere() ?? ""),
    );
}
