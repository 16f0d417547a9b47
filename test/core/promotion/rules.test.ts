import { parsePinned } from "@waybill/core/image";
import { externalAt, levelOf, ruleExceptions, rulesFor, type Promotion } from "@waybill/core/promotion";
import { type Change, parse } from "./support";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (service: string, environment: string) => ({ service, environment, target: undefined });
const gatesOf = (promotion: Promotion, service: string, environment: string) =>
  Object.fromEntries(rulesFor(promotion, at(service, environment)).gates.map((gate) => [gate.name, gate]));

test("an environment's gates hold for each service, with their defaults", () => {
  for (const service of ["hello", "payments"])
    expect(rulesFor(parse(), at(service, "staging")).gates).toEqual([
      {
        name: "tests",
        kind: "tests",
        mark: "dev-passed",
        suites: ["lint", "smoke"],
        maxAge: null,
        by: ["ci"],
      },
      {
        name: "scan",
        kind: "scan",
        most: { critical: 0, high: 0, medium: 5, low: null, unknown: null },
        maxAge: 7 * DAY,
        databaseAge: DAY,
        exceptionsBy: ["sam"],
        assumed: "refused",
        by: null,
      },
    ]);
});

test("P4: internal asks one approval, and the author's own will do", () => {
  expect(gatesOf(parse(), "hello", "prod")).toEqual({
    "staging-tests": expect.objectContaining({ kind: "tests", mark: "staging-passed" }) as object,
    approvals: { name: "approvals", kind: "approvals", count: 1, of: ["alice", "bob"], author: "allowed" },
  });
});

const critical: Change = ({ services: { hello } }) => hello && (hello.tier = "critical");

test("P4: critical asks two approvals, a day without an incident, security, load and no severe finding", () => {
  expect(rulesFor(parse(critical), at("hello", "prod")).gates).toEqual([
    expect.objectContaining({ name: "staging-tests" }) as object,
    expect.objectContaining({
      name: "scan",
      most: { critical: 0, high: 0, medium: null, low: null, unknown: null },
    }) as object,
    { name: "review", kind: "review", what: "security", of: ["sam"], maxAge: 7 * DAY },
    {
      name: "load",
      kind: "load",
      maxAge: 30 * DAY,
      errorRate: 0.01,
      minRequests: 1000,
      latency: {},
      by: null,
    },
    { name: "soak", kind: "soak", time: DAY, incidents: null },
    { name: "approvals", kind: "approvals", count: 2, of: ["alice", "bob"], author: "refused" },
  ]);
});

test("a tier changes what it says of a gate, and keeps the rest of the tier that it extends", () => {
  expect(gatesOf(parse(), "payments", "prod")).toMatchObject({
    load: { maxAge: 14 * DAY, errorRate: 0.01, latency: { p95: 300 } },
    soak: { time: DAY, incidents: "pager" },
    approvals: { count: 2, of: ["alice", "bob", "mia"] },
    review: { what: "security" },
  });
});

test("a tier's gates hold in the last environment, or where an environment says so", () => {
  const everywhere = parse(({ environments: [, staging], exceptions }) => {
    exceptions?.shift();
    if (staging) Object.assign(staging, { tierGates: true, gates: {} });
  });
  expect(Object.keys(gatesOf(parse(), "hello", "staging"))).not.toContain("approvals");
  expect(Object.keys(gatesOf(everywhere, "hello", "staging"))).toEqual(["approvals"]);
  expect(rulesFor(everywhere, at("hello", "dev")).gates).toEqual([]);
});

test("a service's approvers replace the group approvers, where a gate names nobody", () => {
  const own = parse(({ services: { hello } }) => hello && (hello.approvers = ["managers", "bob"]));
  expect(gatesOf(own, "hello", "prod")["approvals"]).toMatchObject({ of: ["bob", "mia"] });
});

test("P5: settings alone need one approval in the last environment, by the same people, unless the file says else", () => {
  const configGates = (promotion: Promotion, environment: string) =>
    rulesFor(promotion, at("payments", environment)).configGates;
  expect(configGates(parse(), "staging")).toEqual([]);
  expect(configGates(parse(), "prod")).toEqual([
    { name: "approvals", kind: "approvals", count: 1, of: ["alice", "bob", "mia"], author: "refused" },
  ]);
  const none = parse(({ environments: [, , prod] }) => prod && (prod.configGates = {}));
  expect(configGates(none, "prod")).toEqual([]);
  const two = parse(
    ({ environments: [, , prod] }) => prod && (prod.configGates = { approvals: { count: 2 } }),
  );
  expect(configGates(two, "prod")).toEqual([
    { name: "approvals", kind: "approvals", count: 2, of: ["bob", "mia"], author: "refused" },
  ]);
});

test("freezes, overrides and the rest of an environment are resolved to people and times", () => {
  const { gates, hash, people, ...rules } = rulesFor(parse(), at("payments", "prod"));
  expect([gates.length, people.length, hash]).toEqual([6, 5, expect.stringMatching(/^sha256:[0-9a-f]{64}$/)]);
  expect(rules).toEqual({
    service: "payments",
    environment: "prod",
    pin: true,
    configGates: [expect.objectContaining({ count: 1 })],
    freezes: [
      {
        name: "weekend",
        reason: "few people",
        when: { days: ["sat", "sun"], from: "00:00", until: "24:00" },
        approvals: { count: 2, of: ["alice", "bob", "mia"] },
      },
      {
        name: "year-end",
        reason: "few people",
        when: { from: "2026-12-20T00:00:00.000Z", until: "2027-01-04T00:00:00.000Z" },
        approvals: { count: 1, of: ["mia"] },
      },
    ],
    overrides: ["alice", "mia"],
    exceptions: [],
    decisionTime: DAY,
    blocked: "stop",
    repository: null,
    platforms: ["linux/amd64", "linux/arm64"],
    provenance: { builders: ["ci"], repositories: ["r"], branches: ["refs/heads/main"] },
    tag: "production-{tag}",
  });
});

test("PRO-011: an address is compared without blanks around it and in lower case", () => {
  expect(rulesFor(parse(), at("hello", "prod")).people.find(({ name }) => name === "alice")).toEqual({
    name: "alice",
    signers: ["alice"],
    emails: ["alice@example.com"],
    bot: false,
  });
});

test("exceptions of a scan belong to one service in one environment", () => {
  const exceptions = (service: string, environment: string) =>
    rulesFor(parse(), at(service, environment)).exceptions;
  expect(exceptions("hello", "staging")).toEqual([
    {
      gate: "scan",
      finding: "CVE-2026-1",
      owner: "sam",
      reason: "not reachable",
      expires: "2027-01-01T00:00:00.000Z",
    },
  ]);
  expect(exceptions("payments", "staging")).toEqual([]);
  expect(ruleExceptions(parse(), at("hello", "staging"))).toEqual([
    { rule: "workload-probes", owner: "sam", reason: "no server", expires: new Date("2027-01-01") },
  ]);
  expect(ruleExceptions(parse(), at("hello", "prod"))).toEqual([]);
});

test("P2: the last environment takes only what is pinned, unless the file says else", () => {
  const pins = (change?: Change) => parse(change).environments.map(({ pin }) => pin);
  expect(pins()).toEqual(["optional", "optional", "required"]);
  expect(
    pins(({ environments: [, staging, prod] }) => {
      if (staging) staging.pin = "required";
      if (prod) prod.pin = "optional";
    }),
  ).toEqual(["optional", "required", "optional"]);
});

test("K9: a rule warns until its day, and refuses from then on; what nobody mentions refuses", () => {
  const level = (environment: string, rule: string, now: string) =>
    levelOf(parse(), environment, rule, new Date(now));
  expect(level("staging", "image-known", "2026-12-31T23:59:59Z")).toBe("warn");
  expect(level("staging", "image-known", "2027-01-01T00:00:00Z")).toBe("refuse");
  expect(level("staging", "workload-probes", "2027-01-01")).toBe("off");
  expect(level("prod", "workload-probes", "2026-01-01")).toBe("refuse");
  expect(level("elsewhere", "workload-probes", "2026-01-01")).toBe("refuse");
  expect(level("staging", "constructor", "2026-01-01")).toBe("refuse");
});

test("an external repository counts until it expires", () => {
  const names = (now: string) => externalAt(parse(), new Date(now)).map(({ repository }) => repository);
  expect(names("2027-05-31T23:59:59Z")).toEqual(["docker.io/library/redis"]);
  expect(names("2027-06-01T00:00:00Z")).toEqual([]);
  // As images are named when they are compared.
  const { registry, repository } = parsePinned(`redis@sha256:${"0".repeat(64)}`);
  expect(names("2027-01-01")).toEqual([`${registry}/${repository}`]);
});

test("where images are built nothing is asked, and clusters only write down what would be refused", () => {
  const [dev, staging, prod] = parse().environments;
  expect(dev).toMatchObject({ builds: true, admission: "audit", tierGates: false });
  expect(staging).toMatchObject({ builds: false, admission: "warn", cluster: { deployers: [] } });
  expect(prod).toMatchObject({
    admission: "refuse",
    tierGates: true,
    cluster: { deployers: ["serviceaccount:ci/deployer"], rollback: [], viewers: [] },
  });
  const alone = parse((d) => {
    d.environments = d.environments.slice(0, 1);
    d.exceptions = [];
  });
  expect(alone.environments).toMatchObject([{ pin: "optional", tierGates: false }]);
  expect(rulesFor(alone, at("payments", "dev"))).toMatchObject({ gates: [], configGates: [], pin: false });
});
