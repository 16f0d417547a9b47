import type { Gate, Person, Rules } from "@waybill/core/promotion";
import { DAY, hashOf, REPOSITORY } from "./signed";

export const person = (name: string, change: Partial<Person> = {}): Person => ({
  name,
  signers: [name],
  emails: [`${name}@example.com`],
  bot: false,
  ...change,
});

export type GateOf<Kind extends Gate["kind"]> = Extract<Gate, { kind: Kind }>;

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
    assumed: "refused",
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
