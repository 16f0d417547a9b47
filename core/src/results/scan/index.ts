import type { Finding, Vulns } from "../../evidence";
import { type Digest, quote } from "../../image";
import { refusal } from "../error";
import type { Part } from "../read/part";
import { jsonOf, type ReportFile, textOf } from "../read/report";
import { type Clock, iso, settleSpan, type Span } from "../read/times";
import { readEcr } from "./ecr";
import type { Scan } from "./finding";
import { readGrype } from "./grype";
import { readSarif } from "./sarif";
import { readTrivy } from "./trivy";

export interface ScanOf extends Span, Clock {
  readonly digest: Digest;
  /** When the scanner's database was made, for tools that do not say it. */
  readonly database?: number | undefined;
  /** Vouches that a report which names no digest is about this one. */
  readonly assumeDigest?: boolean;
}

/** A vulns predicate, and whether the report itself named the image. */
export type ScanResult = Vulns & { readonly waybill_digest: "named" | "assumed" };

const FORMATS: readonly {
  readonly fits: (report: Part) => boolean;
  readonly read: (report: Part) => Scan;
}[] = [
  {
    fits: (report) => report.key("SchemaVersion").isThere && report.key("ArtifactName").isThere,
    read: readTrivy,
  },
  { fits: (report) => report.key("matches").isThere && report.key("descriptor").isThere, read: readGrype },
  { fits: (report) => report.key("runs").isThere && report.key("version").isThere, read: readSarif },
  { fits: (report) => report.key("imageScanStatus").isThere, read: readEcr },
];

/** What a scanner found in the image with this digest. */
export function readScan(file: ReportFile, asked: ScanOf): ScanResult {
  const report = jsonOf(file.name, textOf(file));
  const [format, ...more] = report.isObject ? FORMATS.filter(({ fits }) => fits(report)) : [];
  if (format === undefined || more.length > 0)
    throw refusal(
      "unreadable",
      file.name,
      "JSON of Trivy, Grype or ECR, or SARIF",
      report.isObject ? `the keys ${report.keys().slice(0, 8).map(quote).join(", ")}` : "something else",
    );
  const scan = format.read(report);
  const named = findImage(file.name, scan.digests, asked);
  const { startedOn, finishedOn } = settleSpan(file.name, scan, asked, asked);
  const lastUpdate = databaseOf(file.name, scan, asked, finishedOn);
  return {
    scanner: { ...scan.scanner, db: { lastUpdate }, result: sorted(scan.findings) },
    metadata: { scanStartedOn: startedOn, scanFinishedOn: finishedOn },
    waybill_digest: named ? "named" : "assumed",
  };
}

/** A report about another image is never taken, whoever vouches for it. */
function findImage(about: string, named: readonly string[], { digest, assumeDigest }: ScanOf): boolean {
  if (named.includes(digest)) return true;
  if (named.length > 0)
    throw refusal(
      "other-image",
      about,
      `a report about ${digest}`,
      `one about ${[...new Set(named)].join(", ")}`,
    );
  if (assumeDigest === true) return false;
  throw refusal("image-unknown", about, `a report that says it is about ${digest}`, "none that it names");
}

function databaseOf(about: string, scan: Scan, asked: ScanOf, finishedOn: string): string {
  const database = scan.database ?? asked.database;
  if (database === undefined)
    throw refusal("unsaid", about, "when the scanner's database was made (--database TIME)", "nothing");
  if (scan.database !== undefined && asked.database !== undefined && scan.database !== asked.database)
    throw refusal("contradiction", about, `the database of ${iso(asked.database)}`, iso(scan.database));
  // Asked for after the scan, a scanner tells of a newer one than it used.
  if (iso(database) > finishedOn)
    throw refusal("contradiction", about, `a database older than the scan, ${finishedOn}`, iso(database));
  return iso(database);
}

/** In one order, so that the same findings give the same evidence. */
function sorted(findings: readonly Finding[]): Finding[] {
  const keyed = findings.map((one) => ({ one, key: JSON.stringify(one) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ one }) => one);
}
