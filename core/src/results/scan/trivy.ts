import type { Finding } from "../../evidence";
import { refusal } from "../error";
import type { Part } from "../read/part";
import { digestIn, finding, type Scan, severityOf } from "./finding";

/** `trivy image --format json`, schema version 2. It does not say how old its database is. */
export function readTrivy(report: Part): Scan {
  if (report.key("SchemaVersion").count() !== 2) throw report.key("SchemaVersion").wrong("2");
  if (report.key("ArtifactType").text() !== "container_image")
    throw report.key("ArtifactType").wrong("container_image");
  const metadata = report.key("Metadata");
  if (metadata.reach("OS", "EOSL").isThere && metadata.reach("OS", "EOSL").flag())
    throw refusal(
      "unfinished",
      report.file,
      "an operating system that is still looked after",
      "one that nobody reports findings for any longer",
    );
  const results = report.key("Results");
  // Trivy leaves the key out where it recognised nothing: no finding then means that nothing was looked at.
  if (results.itemsIfThere().length === 0)
    throw refusal("unfinished", report.file, "results for at least one list of packages", "none");
  const createdAt = report.key("CreatedAt").isThere ? report.key("CreatedAt").time() : undefined;
  const version = report.reach("Trivy", "Version").textIfThere();
  return {
    scanner: { uri: "https://github.com/aquasecurity/trivy", ...(version === undefined ? {} : { version }) },
    digests: [
      ...metadata
        .key("RepoDigests")
        .itemsIfThere()
        .map((one) => one.text()),
      report.key("ArtifactName").text(),
    ].flatMap(digestIn),
    startedOn: createdAt,
    finishedOn: createdAt,
    findings: results.items().flatMap(findingsIn),
  };
}

function findingsIn(result: Part): Finding[] {
  result.key("Target").text();
  return [
    ...result
      .key("Vulnerabilities")
      .itemsIfThere()
      .map((one) => toFinding(one)),
    ...result
      .key("ExperimentalModifiedFindings")
      .itemsIfThere()
      .filter((one) => one.key("Type").text() === "vulnerability")
      .map((one) => toFinding(one.key("Finding"), one.key("Status").text())),
  ];
}

function toFinding(one: Part, suppressed?: string): Finding {
  const method = one.key("SeveritySource").textIfThere() ?? "trivy";
  return finding(one.key("VulnerabilityID").text(), method, severityOf(one.key("Severity")), {
    package: one.key("PkgName").text(),
    version: one.key("InstalledVersion").textIfThere(),
    fixed: one.key("FixedVersion").textIfThere(),
    suppressed,
  });
}
