import { predicateOf, type Finding, type Report, type Vulns } from "../evidence";

export interface Scan {
  readonly scanner: string;
  readonly finished: string;
  readonly findings: readonly ScanFinding[];
}

export interface ScanFinding {
  readonly id: string;
  readonly severity: string;
}

export interface ScanChanges {
  readonly appeared: readonly ScanFinding[];
  readonly fixed: readonly ScanFinding[];
  readonly stayed: readonly ScanFinding[];
}

const ORDER = ["critical", "high", "medium", "low"];

/** The newest scan that counts; undefined where there is none. */
export function scanOf({ claims }: Report): Scan | undefined {
  const scans = claims.flatMap((claim) => predicateOf(claim, "vulns") ?? []);
  const newest = [...scans].sort(
    (one, other) => Date.parse(one.metadata.scanFinishedOn) - Date.parse(other.metadata.scanFinishedOn),
  );
  const scan = newest.at(-1);
  return (
    scan && { scanner: nameOf(scan), finished: scan.metadata.scanFinishedOn, findings: findingsOf(scan) }
  );
}

export function compareScans(from: readonly ScanFinding[], to: readonly ScanFinding[]): ScanChanges {
  const before = new Set(from.map(({ id }) => id));
  const after = new Set(to.map(({ id }) => id));
  return {
    appeared: to.filter(({ id }) => !before.has(id)),
    fixed: from.filter(({ id }) => !after.has(id)),
    stayed: to.filter(({ id }) => before.has(id)),
  };
}

/** "1 critical, 2 high" or "none". */
export function countBySeverity(findings: readonly ScanFinding[]): string {
  const counts = [...ORDER, "unknown"].flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  return counts.join(", ") || "none";
}

/** One entry for each finding, worst first, however many packages have it. */
function findingsOf({ scanner }: Vulns): ScanFinding[] {
  const worst = new Map<string, string>();
  for (const finding of scanner.result) {
    const severity = severityOf(finding);
    const known = worst.get(finding.id);
    if (known === undefined || rank(severity) < rank(known)) worst.set(finding.id, severity);
  }
  return [...worst]
    .map(([id, severity]) => ({ id, severity }))
    .sort((one, other) => rank(one.severity) - rank(other.severity) || (one.id < other.id ? -1 : 1));
}

function severityOf({ severity }: Finding): string {
  const words = severity.map(({ score }) => score.toLowerCase());
  return ORDER.find((word) => words.includes(word)) ?? "unknown";
}

function rank(severity: string): number {
  const place = ORDER.indexOf(severity);
  return place < 0 ? ORDER.length : place;
}

function nameOf({ scanner }: Vulns): string {
  return scanner.version === undefined ? scanner.uri : `${scanner.uri} ${scanner.version}`;
}
