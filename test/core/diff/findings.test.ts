import type { Report } from "@waybill/core/evidence";
import { predicateType } from "@waybill/core/trust";
import { compareScans, countBySeverity, scanOf } from "@waybill/core/diff";

const scan = (finished: string, ...findings: [string, string][]): object => ({
  scanner: {
    uri: "pkg:github/aquasecurity/trivy",
    version: "0.60.0",
    db: { lastUpdate: finished },
    result: findings.map(([id, score]) => ({ id, severity: [{ method: "nvd", score }] })),
  },
  metadata: { scanStartedOn: finished, scanFinishedOn: finished },
});
const report = (...predicates: object[]): Report =>
  ({
    claims: predicates.map((predicate) => ({ predicateType: predicateType("vulns"), predicate })),
  }) as unknown as Report;

test("the newest scan counts, with each finding once by its worst severity, worst first", () => {
  const old = scan("2026-01-01T00:00:00Z", ["CVE-1", "low"]);
  const now = scan(
    "2026-01-02T00:00:00Z",
    ["CVE-2", "LOW"],
    ["CVE-3", "medium"],
    ["CVE-2", "Critical"],
    ["CVE-4", "odd"],
  );
  expect(scanOf(report(now, old))).toEqual({
    scanner: "pkg:github/aquasecurity/trivy 0.60.0",
    finished: "2026-01-02T00:00:00Z",
    findings: [
      { id: "CVE-2", severity: "critical" },
      { id: "CVE-3", severity: "medium" },
      { id: "CVE-4", severity: "unknown" },
    ],
  });
});

test("nobody scanned: that is not the same as nothing found", () => {
  expect(scanOf(report())).toBeUndefined();
  expect(scanOf(report(scan("2026-01-01T00:00:00Z")))?.findings).toEqual([]);
});

test("what appeared, what was fixed, what stayed", () => {
  const one = { id: "CVE-1", severity: "high" };
  const two = { id: "CVE-2", severity: "low" };
  const three = { id: "CVE-3", severity: "low" };
  expect(compareScans([one, two], [two, three])).toEqual({ appeared: [three], fixed: [one], stayed: [two] });
});

test("counts in words", () => {
  expect(countBySeverity([])).toBe("none");
  const findings = ["low", "critical", "low", "unknown"].map((severity, index) => ({
    id: `CVE-${index}`,
    severity,
  }));
  expect(countBySeverity(findings)).toBe("1 critical, 2 low, 1 unknown");
});
