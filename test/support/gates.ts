import { createHash } from "node:crypto";
import { checkPredicate, type Claim, type Predicates, type ReleasedImage } from "@waybill/core/evidence";
import { evaluate, type Facts, type Verdict } from "@waybill/core/gates";
import type { DeploymentEntry, History } from "@waybill/core/history";
import type { Digest } from "@waybill/core/image";
import type { Gate, Person, Place, Rules } from "@waybill/core/promotion";
import { PREDICATE_TYPES } from "@waybill/core/trust";

/** A world in which hello may enter prod, as data; each test breaks one thing in it. */
export const NOW = new Date("2026-06-10T12:00:00Z");
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const REPOSITORY = "ghcr.io/acme/hello";
export const CONFIG = hashOf("config");

export const ago = (milliseconds: number): Date => new Date(Number(NOW) - milliseconds);
export const stamp = (time: Date): string => time.toISOString();
export const inFuture = (milliseconds: number): string => stamp(ago(-milliseconds));

export function hashOf(what: unknown): Digest {
  return `sha256:${createHash("sha256").update(JSON.stringify(what)).digest("hex")}` as Digest;
}

export const at = (environment: string, target?: string): Place => ({
  service: "hello",
  environment,
  target,
});

export function imageOf(name: string, change: Partial<ReleasedImage> = {}): ReleasedImage {
  return {
    repository: REPOSITORY,
    digest: hashOf(name),
    tag: name,
    commit: "c".repeat(40),
    author: "dave@example.com",
    dirty: false,
    created: "2026-06-01T00:00:00Z",
    source: "https://github.com/acme/hello",
    run: "17",
    base: null,
    inputs: {},
    ...change,
  };
}

export const IMAGE = imageOf("v2");

export interface Signing {
  readonly time?: Date | undefined;
  /** Whole identity of the signer; `<name>-key` where left out. */
  readonly identity?: string;
  /** Names in the trust policy, where the one entry is not enough. */
  readonly trustedAs?: readonly string[];
}

/** What a trusted signer says, as the verifier hands it over: it passed the schema, and its id covers its content. */
export function claimOf<Name extends keyof Predicates>(
  name: Name,
  predicate: Predicates[Name],
  by: string,
  signing: Signing = {},
): Claim {
  const type = PREDICATE_TYPES[name];
  checkPredicate("fixture", type, predicate);
  const identity = signing.identity ?? `${by}-key`;
  return {
    source: `${by} ${name}`,
    id: hashOf([type, predicate]),
    predicateType: type,
    predicate,
    signer: { issuer: undefined, identity },
    trustedAs: signing.trustedAs ?? [by],
    certificate: {},
    time: "time" in signing ? signing.time : ago(HOUR),
    logged: false,
  };
}

export const person = (name: string, change: Partial<Person> = {}): Person => ({
  name,
  signers: [name],
  emails: [`${name}@example.com`],
  bot: false,
  ...change,
});

type GateOf<Kind extends Gate["kind"]> = Extract<Gate, { kind: Kind }>;

export const GATES: { readonly [Kind in Gate["kind"]]: GateOf<Kind> } = {
  tests: {
    name: "tests",
    kind: "tests",
    mark: "staging-passed",
    suites: ["full", "smoke"],
    maxAge: 7 * DAY,
    by: ["ci"],
  },
  scan: {
    name: "scan",
    kind: "scan",
    most: { critical: 0, high: 0, medium: 5, low: null, unknown: null },
    maxAge: 7 * DAY,
    databaseAge: 2 * DAY,
    exceptionsBy: ["sam"],
    by: ["scanner"],
  },
  review: { name: "sign-off", kind: "review", what: "security", of: ["sam"], maxAge: 7 * DAY },
  soak: { name: "soak", kind: "soak", time: DAY, incidents: "pager" },
  approvals: {
    name: "approvals",
    kind: "approvals",
    count: 2,
    of: ["alice", "bob", "carol", "dave"],
    author: "refused",
  },
  load: {
    name: "load",
    kind: "load",
    maxAge: 30 * DAY,
    errorRate: 0.01,
    minRequests: 1000,
    latency: { p95: 300 },
    by: ["load-lab"],
  },
  compatibility: {
    name: "compatibility",
    kind: "compatibility",
    rollbackSafe: true,
    sideBySide: true,
    by: ["ci"],
  },
};

export const RULES: Rules = {
  service: "hello",
  environment: "prod",
  pin: true,
  gates: Object.values(GATES),
  configGates: [{ ...GATES.approvals, count: 1 }],
  freezes: [],
  overrides: ["mia"],
  exceptions: [],
  people: [
    ...["alice", "bob", "carol", "dave", "mia", "sam"].map((name) => person(name)),
    person("robo", { bot: true }),
  ],
  decisionTime: DAY,
  blocked: "keep",
  repository: REPOSITORY,
  platforms: null,
  provenance: {
    builders: ["https://ci.example.com"],
    repositories: ["https://github.com/acme/hello"],
    branches: ["refs/heads/main"],
  },
  tag: null,
  hash: hashOf("rules"),
};

export const STAGING = at("staging");

/** A deployment of a place, `number` of its history. */
export function deployed(
  place: Place,
  image: ReleasedImage,
  time: Date | undefined,
  change: Partial<DeploymentEntry["record"]> = {},
): DeploymentEntry {
  const record: DeploymentEntry["record"] = {
    service: place.service,
    environment: place.environment,
    target: place.target ?? null,
    kind: "promoted",
    number: 0,
    previous: null,
    image,
    from: null,
    config: CONFIG,
    manifests: hashOf("manifests"),
    settings: {},
    secrets: {},
    decision: null,
    finishedOn: stamp(time ?? ago(2 * DAY)),
    by: null,
    change: null,
    ...change,
  };
  return { id: hashOf(record), signer: { issuer: undefined, identity: "deployer-key" }, time, record };
}

export function historyOf(place: Place, ...deployments: readonly DeploymentEntry[]): History {
  return { place, deployments, head: deployments.at(-1), forks: [], decisions: [] };
}

export const OLD = imageOf("v1");
export const ENTERED = deployed(STAGING, IMAGE, ago(2 * DAY));
export const OWN_HEAD = deployed(at("prod"), OLD, ago(20 * DAY));

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

const PROVENANCE: Predicates["provenance"] = {
  buildDefinition: {
    buildType: "https://waybill.dev/build/v1",
    externalParameters: {
      source: { repository: "https://github.com/acme/hello", ref: "refs/heads/main" },
    },
  },
  runDetails: { builder: { id: "https://ci.example.com" } },
};

/** One piece of each kind that the gates ask for, and no more. */
export const CLAIMS: readonly Claim[] = [
  claimOf("signature", {}, "ci"),
  claimOf("provenance", PROVENANCE, "ci"),
  claimOf("test-result", testsOf("staging-passed", { full: { passed: 40, failed: 0 } }), "ci"),
  claimOf("test-result", testsOf("staging-passed", { smoke: { passed: 3, failed: 0 } }), "ci"),
  claimOf("vulns", scanOf({ "CVE-2026-1": "low" }), "scanner"),
  claimOf("review", { what: "security", result: "passed" }, "sam"),
  claimOf("incidents", incidentsOf(ago(3 * DAY), ago(2 * HOUR)), "pager"),
  approvedBy("alice", { reason: "looks good" }),
  approvedBy("bob"),
  claimOf("load", loadOf(), "load-lab"),
  claimOf("compatibility", { rollback: "safe", sideBySide: true, changes: [] }, "ci"),
];

export const FACTS: Facts = {
  place: at("prod"),
  rules: RULES,
  image: IMAGE,
  pinned: true,
  report: {
    question: { digest: hashOf("v2"), environment: "prod", registry: "ghcr.io", now: NOW },
    claims: CLAIMS,
    refused: [],
    blocks: [],
  },
  config: CONFIG,
  own: historyOf(at("prod"), OWN_HEAD),
  upstream: [{ stack: "staging", history: historyOf(STAGING, ENTERED) }],
  requester: undefined,
  now: NOW,
};

export const withClaims = (facts: Facts, claims: readonly Claim[]): Facts => ({
  ...facts,
  report: { ...facts.report, claims },
});

export const plus = (facts: Facts, ...claims: readonly Claim[]): Facts =>
  withClaims(facts, [...facts.report.claims, ...claims]);

/** Without all evidence of a type. */
export const without = (facts: Facts, name: keyof Predicates): Facts =>
  withClaims(
    facts,
    facts.report.claims.filter(({ predicateType }) => predicateType !== PREDICATE_TYPES[name]),
  );

/** Other evidence of a type instead of what is there. */
export const instead = (facts: Facts, name: keyof Predicates, ...claims: readonly Claim[]): Facts =>
  plus(without(facts, name), ...claims);

export const withRules = (facts: Facts, change: Partial<Rules>): Facts => ({
  ...facts,
  rules: { ...facts.rules, ...change },
});

/** The same rules with one gate of the world changed. */
export const withGate = <Kind extends Gate["kind"]>(
  facts: Facts,
  kind: Kind,
  change: Partial<GateOf<Kind>>,
): Facts =>
  withRules(facts, {
    gates: facts.rules.gates.map((gate) => (gate.kind === kind ? ({ ...gate, ...change } as Gate) : gate)),
  });

export function verdictOf(facts: Facts, gate: string): Verdict {
  const found = evaluate(facts).find((verdict) => verdict.gate === gate);
  if (!found) throw new Error(`no verdict of ${gate}`);
  return found;
}

/** Names of the gates that do not pass. */
export const noes = (facts: Facts): string[] =>
  evaluate(facts)
    .filter(({ pass }) => !pass)
    .map(({ gate }) => gate);
