import type { Claim, Predicates } from "@waybill/core/evidence";
import { RULES } from "./rules";
import { ago, claimOf, CONFIG, DAY, HOUR, inFuture, OWN_HEAD, stamp, type Signing } from "./signed";

type Suites = Readonly<Record<string, { readonly passed: number; readonly failed: number }>>;

export function testsOf(
  mark: string,
  suites: Suites,
  result: Predicates["test-result"]["result"] = "PASSED",
): Predicates["test-result"] {
  return {
    result,
    configuration: [
      { name: mark, annotations: { waybill: "mark", tool: "jest" } },
      ...Object.entries(suites).map(([name, counts]) => ({
        name,
        annotations: { waybill: "suite", ...counts, skipped: 0 },
      })),
    ],
  };
}

export function scanOf(
  findings: Readonly<Record<string, string>> = {},
  change: { readonly database?: string; readonly started?: string; readonly finished?: string } = {},
): Predicates["vulns"] {
  const {
    database = stamp(ago(5 * HOUR)),
    started = stamp(ago(3 * HOUR)),
    finished = stamp(ago(2 * HOUR)),
  } = change;
  return {
    scanner: {
      uri: "https://trivy.dev",
      db: { lastUpdate: database },
      result: Object.entries(findings).map(([id, score]) => ({ id, severity: [{ method: "trivy", score }] })),
    },
    metadata: { scanStartedOn: started, scanFinishedOn: finished },
  };
}

export function loadOf(change: Partial<Predicates["load"]> = {}): Predicates["load"] {
  return {
    tool: "k6",
    startedOn: stamp(ago(4 * HOUR)),
    finishedOn: stamp(ago(3 * HOUR)),
    requests: 20_000,
    failed: 10,
    latency: { p50: 20, p95: 120 },
    ...change,
  };
}

export function incidentsOf(
  from: Date,
  until: Date,
  incidents: Predicates["incidents"]["incidents"] = [],
  change: Partial<Predicates["incidents"]> = {},
): Predicates["incidents"] {
  return {
    source: "pager",
    service: "hello",
    environment: "staging",
    from: stamp(from),
    until: stamp(until),
    incidents,
    ...change,
  };
}

export function approvalOf(change: Partial<Predicates["approval"]> = {}): Predicates["approval"] {
  return {
    service: "hello",
    environment: "prod",
    evidence: [],
    policy: RULES.hash,
    config: CONFIG,
    after: { "": OWN_HEAD.id },
    expires: inFuture(DAY),
    ...change,
  };
}

export const approvedBy = (
  name: string,
  change: Partial<Predicates["approval"]> = {},
  signing: Signing = {},
): Claim => claimOf("approval", approvalOf(change), name, signing);

export const overrideOf = (
  gates: readonly string[],
  change: Partial<Predicates["override"]> = {},
): Predicates["override"] => ({
  service: "hello",
  environment: "prod",
  gates,
  reason: "prod is down",
  incident: "INC-7",
  owner: "mia@example.com",
  expires: inFuture(HOUR),
  ...change,
});
