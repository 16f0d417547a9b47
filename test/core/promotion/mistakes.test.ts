import { type Change, any, mistakesIn, parse } from "./support";

test("the sample has none", () => {
  expect(mistakesIn(() => undefined)).toEqual([]);
});

const gates =
  (index: number, more: object): Change =>
  ({ environments }) => {
    const environment = environments[index];
    if (environment) environment.gates = { ...environment.gates, ...more };
  };

test.each<[string, Change, string[]]>([
  ["no owner", (d) => delete any(d)["owner"], ['missing key "owner"']],
  ["no next review", (d) => delete any(d)["nextReview"], ['missing key "nextReview"']],
  ["no trust", (d) => delete any(d)["trust"], ['missing key "trust"']],
])("%s is refused", (_, change, expected) => {
  expect(mistakesIn(change).filter((line) => !line.includes("signer"))).toEqual(expected);
});

test.each<[string, Change, string]>([
  [
    "an unknown person in a group",
    (d) => (d.groups = { ...d.groups, approvers: ["alice", "bob", "eve"] }),
    '/groups/approvers/2: no person "eve" is listed',
  ],
  [
    "an unknown group in a gate",
    gates(1, { approvals: { of: ["nobody"] } }),
    '/environments/1/gates/approvals/of/0: no person or group "nobody" is listed',
  ],
  [
    "an unknown group in a tier",
    (d) => (d.tiers = { a: { gates: { review: { what: "x", of: ["nobody"] } } }, ...d.tiers }),
    '/tiers/a/gates/review/of/0: no person or group "nobody" is listed',
  ],
  [
    "an unknown approver of a service",
    (d) => (d.services["hello"] = { path: "x", approvers: ["alice", "eve"] }),
    '/services/hello/approvers/1: no person or group "eve" is listed',
  ],
  [
    "an unknown signer of a person",
    (d) => (d.people = { ...d.people, zoe: { signers: ["zoe"] } }),
    '/people/zoe/signers/0: no signer in trust "zoe" is listed',
  ],
  [
    "an unknown signer in `by`",
    gates(1, { load: { by: ["k6"] } }),
    '/environments/1/gates/load/by/0: no signer in trust "k6" is listed',
  ],
  [
    "an unknown source of incidents",
    gates(1, { soak: { time: "1h", incidents: "siren" } }),
    '/environments/1/gates/soak/incidents: no signer in trust "siren" is listed',
  ],
  [
    "an unknown root",
    (d) => d.trust.signers.forEach((signer) => signer.name === "ci" && (signer.root = "there")),
    '/trust/signers/4/root: no root "there" is listed',
  ],
  [
    "a gate that stands in tier and environment",
    gates(2, { approvals: { count: 1 } }),
    '/services/hello/tier: gate "approvals" stands in tier internal and in environment prod',
  ],
  [
    "a tier that is not there",
    (d) => (d.services["hello"] = { path: "x", tier: "casual" }),
    '/services/hello/tier: no tier "casual" is listed',
  ],
  [
    "a tier that extends one that is not there",
    (d) => (d.tiers = { ...d.tiers, a: { extends: "b" } }),
    '/tiers/a/extends: no tier "b" is listed',
  ],
  [
    "a ready-made tier written anew",
    (d) => (d.tiers = { ...d.tiers, internal: {} }),
    '/tiers/internal: tier "internal" is ready-made: extend it under another name',
  ],
  [
    "a gate of a tier that is of two kinds",
    (d) =>
      (d.tiers = {
        payments: { extends: "a" },
        a: { extends: "b", gates: { x: { kind: "soak", time: "1h" } } },
        b: { gates: { x: { kind: "load" } } },
      }),
    '/services/payments/tier: gate "x" of tier payments is of two kinds',
  ],
  [
    "a gate that is not whole in any tier",
    (d) => (d.tiers = { payments: { gates: { soak: { incidents: "pager" } } } }),
    '/services/payments/tier: gate "soak" of tier payments is missing key "time"',
  ],
  [
    "more approvals than people",
    gates(1, { approvals: { count: 3, of: ["approvers", "alice"] } }),
    '/environments/1/gates/approvals: gate "approvals" asks 3 of: approvers, alice, and only alice, bob of them can sign',
  ],
  [
    "people without a signer",
    (d) => (d.people = { ...d.people, mia: {} }),
    "/environments/2/freezes/0/approvals: asks 1 of: managers, and none of them can sign",
  ],
  [
    "a group that is meant and not there",
    (d) => (d.groups = { approvers: ["alice", "bob"], managers: ["mia"] }),
    '/services/payments/tier: gate "review" asks group "security", and no such group is listed',
  ],
  [
    "a bot among approvers",
    (d) => (d.groups = { ...d.groups, approvers: ["alice", "bob", "robot"] }),
    "/environments/2/freezes/1/approvals/of/1: robot is a bot, and cannot approve, review or let pass",
  ],
  [
    "a bot that breaks the glass",
    ({ environments: [, , prod] }) => prod && (prod.overrides = { of: ["robot"] }),
    "/environments/2/overrides/of/0: robot is a bot, and cannot approve, review or let pass",
  ],
  [
    "PRO-011: two people of one address, in another case and with blanks",
    (d) => (d.people = { ...d.people, zoe: { emails: ["ALICE@example.com"] } }),
    '/people/zoe/emails/0: "alice@example.com" is an address of alice too',
  ],
  [
    "PRO-010: two people of one key",
    (d) => (d.people = { ...d.people, zoe: { signers: ["alice"] } }),
    '/people/zoe/signers/0: signer "alice" is alice too',
  ],
  [
    "a group with a person's name",
    (d) => (d.groups = { ...d.groups, alice: ["bob"] }),
    '/groups/alice: "alice" is a person too',
  ],
  [
    "a freeze that ends before it starts",
    ({ environments: [, , prod] }) => (any(prod?.freezes?.[0])["until"] = "2026-12-19"),
    "/environments/2/freezes/0/until: ends before it starts",
  ],
  [
    "two freezes of one name",
    ({ environments: [, , prod] }) => (any(prod?.freezes?.[1])["name"] = "year-end"),
    '/environments/2/freezes/1/name: freeze "year-end" is listed twice',
  ],
  [
    "a day that is not in the calendar",
    (d) => (d.nextReview = "2027-02-30"),
    "/nextReview: 2027-02-30 is not in the calendar",
  ],
  [
    "an exception for an unknown service",
    ({ exceptions: [one] = [] }) => one && (one.service = "other"),
    '/exceptions/0/service: no service "other" is listed',
  ],
  [
    "an exception in an unknown environment",
    ({ exceptions: [one] = [] }) => one && (one.environment = "preprod"),
    '/exceptions/0/environment: no environment "preprod" is listed',
  ],
  [
    "an exception of an unknown gate",
    ({ exceptions: [one] = [] }) => one && (any(one)["gate"] = "scans"),
    '/exceptions/0/gate: no scan gate "scans" is asked of hello in staging',
  ],
  [
    "an exception of a gate that knows no findings",
    ({ exceptions: [one] = [] }) => one && (any(one)["gate"] = "tests"),
    '/exceptions/0/gate: no scan gate "tests" is asked of hello in staging',
  ],
  [
    "an exception that never ends",
    ({ exceptions: [one] = [] }) => one && delete any(one)["expires"],
    '/exceptions/0: missing key "expires"',
  ],
  [
    "a registry that is only a path",
    (d) => (d.registries = ["acme"]),
    '/registries/0: expected host or host/path, found "acme"',
  ],
  [
    "a registry in upper case",
    (d) => (d.registries = ["GHCR.io/acme"]),
    '/registries/0: expected host or host/path, found "GHCR.io/acme"',
  ],
  [
    "an external image by its short name",
    ({ external: [one] = [] }) => one && (one.repository = "redis"),
    '/external/0/repository: expected host/path, without tag and digest, found "redis"; is docker.io/library/redis meant?',
  ],
  [
    "a repository with a tag",
    ({ services: { hello } }) => hello && (hello.repository = "ghcr.io/acme/hello:latest"),
    '/services/hello/repository: expected host/path, without tag and digest, found "ghcr.io/acme/hello:latest"; is ghcr.io/acme/hello meant?',
  ],
  [
    "a gate that is always there",
    gates(1, { proof: { kind: "load" } }),
    '/environments/1/gates/proof: "proof" is the name of a gate that is always there',
  ],
  [
    "a gate that is always there where platforms are listed",
    gates(1, { platforms: { kind: "load" } }),
    '/environments/1/gates/platforms: "platforms" is the name of a gate that is always there',
  ],
  [
    "a gate with the name of a freeze's own",
    gates(1, { "freeze weekend": { kind: "load" } }),
    "/environments/1/gates/freeze weekend: does not match ^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$",
  ],
  ...["p999", "p9a", "p", "P95", "p95.123", "95"].map((key): [string, Change, string] => [
    `a latency at ${key}`,
    gates(1, { load: { [key]: 300 } }),
    `/environments/1/gates/load/${key}: unknown key "${key}"`,
  ]),
  ["a gate of no kind", gates(1, { canary: {} }), '/environments/1/gates/canary: missing key "kind"'],
  [
    "a gate with a key of another kind",
    gates(1, { load: { suites: ["a"] } }),
    '/environments/1/gates/load/suites: unknown key "suites"',
  ],
  [
    "a gate whose kind is not what its name says",
    gates(1, { soak: { kind: "load" } }),
    '/environments/1/gates/soak/kind: expected "soak"',
  ],
  [
    "a duration in weeks",
    gates(1, { soak: { time: "1w" } }),
    "/environments/1/gates/soak/time: does not match ^[1-9]\\d{0,5}[smhd]$",
  ],
])("%s is refused, at its place", (_, change, expected) => {
  expect(mistakesIn(change)).toContain(expected);
});

test.each<[string, object]>([
  ["gates", { gates: { load: {} } }],
  ["gates for settings", { configGates: { approvals: {} } }],
  ["freezes", { freezes: [] }],
  ["overrides", { overrides: { of: ["alice"] } }],
  ["gates of tiers", { tierGates: true }],
  ["a pin", { pin: "required" }],
])("%s cannot be asked where images are built", (_, asked) => {
  const said = mistakesIn(({ environments }) => Object.assign(environments[0] ?? {}, asked));
  expect(said).toEqual([
    `/environments/0/${Object.keys(asked)[0] ?? ""}: nothing can be asked in the first environment: images are built there`,
  ]);
});

test("tiers that extend each other are refused, each of them", () => {
  const said = mistakesIn((d) => {
    d.tiers = { payments: { extends: "a" }, a: { extends: "b" }, b: { extends: "a" } };
  });
  expect(said).toEqual([
    '/tiers/a/extends: tier "a" extends itself',
    '/tiers/b/extends: tier "b" extends itself',
  ]);
});

test("people of one pattern are told apart by their addresses", () => {
  const shared: Change = (d) => {
    const everybody = {
      name: "staff",
      issuer: "https://id",
      identityPattern: "**@example.com",
      root: "here",
    };
    d.trust.signers.push({ ...everybody, may: [{ say: ["approval"], for: ["prod"] }] });
    d.people = {
      ...d.people,
      alice: { signers: ["alice", "staff"], emails: ["alice@example.com"] },
      mia: { signers: ["mia", "staff"], emails: ["mia@example.com"] },
    };
  };
  expect(mistakesIn(shared)).toEqual(['/trust/signers/6/root: no root "here" is listed']);
});

test("names that every object of JavaScript has are names like others", () => {
  const promotion = parse((d) => {
    d.people = { ...d.people, constructor: { signers: ["pager"] } };
    d.groups = { ...d.groups, "to-string": ["constructor"] };
    d.tiers = { ...d.tiers, constructor: { gates: { constructor: { kind: "load" as const } } } };
    d.services["other"] = { path: "x", tier: "constructor", approvers: ["constructor"] };
  });
  expect(promotion.services.map(({ tier }) => tier)).toContain("constructor");
  expect(mistakesIn((d) => (d.services["hello"] = { path: "x", tier: "constructor" }))).toContain(
    '/services/hello/tier: no tier "constructor" is listed',
  );
});
