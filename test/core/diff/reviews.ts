import { differenceOf, type Difference } from "@waybill/core/diff";
import type { Claim } from "@waybill/core/evidence";
import type { Rules } from "@waybill/core/promotion";
import type { Commit, CommitRange } from "@waybill/core/source";
import type { Shape } from "@waybill/core/release";
import {
  ago,
  approvalOf,
  at,
  CLAIMS,
  claimOf,
  DAY,
  deployed,
  FACTS,
  hashOf,
  HOUR,
  historyOf,
  imageOf,
  RULES,
  scanOf,
  stamp,
  STAGING,
} from "../../support/gates";
import { decided, surveyOf } from "../release/support";

type Packages = Readonly<Record<string, string>>;
type Findings = Readonly<Record<string, string>>;

/** One side of a review. */
interface Side {
  readonly tag: string;
  readonly commit: string;
  readonly base: string;
  readonly packages: Packages;
  readonly findings: Findings | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly mebibytes: readonly number[];
}

interface Review {
  readonly service: string;
  readonly from: Side;
  readonly to: Side;
  readonly commits: readonly Commit[];
  /** What is known about the new image besides its proof, its SBOM and its scan. */
  readonly claims: (bound: { readonly config: string; readonly after: string }) => readonly Claim[];
  readonly rules?: Partial<Rules>;
  readonly soaked: number;
}

const shape = (layers: readonly number[]): Shape => [
  {
    platform: "linux/amd64",
    layers: layers.length,
    bytes: layers.reduce((sum, size) => sum + Math.round(size * 1024 * 1024), 0),
  },
];

const configOf = ({ settings, secrets }: Side): string => hashOf([settings, secrets]);

/** What a reviewer would be shown, out of everyday facts. */
export function reviewOf({ from, to, commits, claims, rules, soaked }: Review): Difference {
  const [old, now] = [from, to].map((side) =>
    imageOf(side.tag, { commit: side.commit, tag: side.commit, base: side.base, digest: hashOf(side.tag) }),
  ) as [ReturnType<typeof imageOf>, ReturnType<typeof imageOf>];
  const running = deployed(at("prod"), old, ago(20 * DAY), {
    decision: hashOf("decision"),
    config: configOf(from),
    settings: from.settings,
    secrets: from.secrets,
  });
  const own = { ...historyOf(at("prod"), running), decisions: [decided(running)] };
  const survey = surveyOf({
    own,
    pin: now.digest,
    rules: { ...RULES, ...rules },
    configuration: {
      config: configOf(to),
      manifests: hashOf("manifests"),
      settings: to.settings,
      secrets: to.secrets,
    },
    upstream: [
      {
        stack: "staging",
        history: historyOf(STAGING, deployed(STAGING, now, ago(soaked))),
        release: undefined,
      },
    ],
  });
  if (!survey.offered || !survey.last) throw new Error("nothing to review");
  const proof = CLAIMS.slice(0, 2);
  const said = (side: Side): Claim[] => [
    claimOf("spdx", spdx(side.packages), "ci"),
    ...(side.findings ? [claimOf("vulns", scanOf(side.findings), "scanner")] : []),
  ];
  const report = (about: typeof now, claimed: readonly Claim[]) => ({
    ...FACTS.report,
    question: { ...FACTS.report.question, digest: about.digest },
    claims: claimed,
  });
  const range: CommitRange = { direction: "forward", commits };
  const difference = differenceOf(
    {
      ...survey,
      offered: {
        ...survey.offered,
        report: report(now, [...proof, ...said(to), ...claims({ config: configOf(to), after: running.id })]),
      },
      last: { ...survey.last, facts: { ...survey.last.facts, report: report(old, said(from)) } },
    },
    { range, shapes: { from: shape(from.mebibytes), to: shape(to.mebibytes) } },
  );
  if (!difference) throw new Error("nothing to review");
  return difference;
}

function spdx(packages: Packages) {
  return {
    spdxVersion: "SPDX-2.3",
    SPDXID: "SPDXRef-DOCUMENT",
    name: "ghcr.io/acme/hello",
    documentNamespace: "https://acme.example/hello",
    creationInfo: { created: stamp(ago(DAY)), creators: ["Tool: syft"] },
    packages: Object.entries(packages).map(([name, versionInfo]) => ({
      SPDXID: `SPDXRef-${name}`,
      name,
      versionInfo,
    })),
  };
}

const approved = (
  name: string,
  bound: { readonly config: string; readonly after: string },
  reason: string,
): Claim =>
  claimOf("approval", approvalOf({ config: bound.config, after: { "": bound.after }, reason }), name);

const commit = (letter: string, author: string, subject: string, age: number): Commit => ({
  commit: letter.repeat(40),
  author: `${author}@example.com`,
  date: stamp(ago(age * DAY)),
  subject,
});

const SIDE: Side = {
  tag: "1.4.2",
  commit: "a".repeat(40),
  base: `docker.io/library/node@${hashOf("node 24.1")}`,
  packages: { node: "24.1.0", openssl: "3.0.15", express: "4.21.1", "left-pad": "1.3.0", zlib: "1.3.1" },
  findings: { "CVE-2026-1111": "medium", "CVE-2026-2222": "low" },
  settings: { LOG_LEVEL: "info", PAYMENTS_URL: "https://payments.internal/v1", MAX_ORDERS: 50 },
  secrets: { API_TOKEN: "hmac-sha256:1" },
  mebibytes: [28.4, 11.2, 3.1],
};

const others = CLAIMS.filter((one) =>
  ["test-result", "review", "incidents", "load", "compatibility"].some((name) => one.source.endsWith(name)),
);

/** Everything is as it should be. */
export const clean = (): Difference =>
  reviewOf({
    service: "hello",
    soaked: 2 * DAY,
    from: SIDE,
    to: {
      ...SIDE,
      tag: "1.5.0",
      commit: "b".repeat(40),
      base: `docker.io/library/node@${hashOf("node 24.2")}`,
      packages: { node: "24.2.0", openssl: "3.0.16", express: "4.21.2", zlib: "1.3.1", pino: "9.5.0" },
      findings: { "CVE-2026-2222": "low" },
      mebibytes: [28.6, 11.4, 3.2],
    },
    commits: [
      commit("b", "dave", "Log as JSON", 3),
      commit("e", "erin", "Take express 4.21.2", 4),
      commit("f", "erin", "Node 24.2, for its openssl", 5),
    ],
    claims: (bound) => [
      ...others,
      approved("alice", bound, "read the diff, tried it in staging"),
      approved("bob", bound, "fine"),
    ],
  });

/** Not ready: a new finding, a load test that nobody ran, half of the approvals, and not soaked long enough. */
export const unready = (): Difference =>
  reviewOf({
    service: "hello",
    soaked: 5 * HOUR,
    from: SIDE,
    to: {
      ...SIDE,
      tag: "2.0.0",
      commit: "d".repeat(40),
      packages: { ...SIDE.packages, express: "5.0.1", libxml2: "2.9.14" },
      findings: { "CVE-2026-2222": "low", "CVE-2026-7777": "high" },
      mebibytes: [28.4, 19.9, 3.1],
    },
    commits: [
      commit("d", "dave", "Orders as XML, for the old clients", 1),
      commit("9", "dave", "express 5", 2),
      ...Array.from({ length: 24 }, (_, index) =>
        commit(String(index % 8), "erin", `Work on orders ${24 - index}`, 3 + index),
      ),
    ],
    claims: (bound) => [
      ...others.filter((one) => !one.source.endsWith("load") && !one.source.endsWith("compatibility")),
      claimOf(
        "compatibility",
        {
          rollback: "unsafe",
          sideBySide: true,
          changes: [{ kind: "schema", summary: "column orders.format is written" }],
        },
        "ci",
      ),
      approved("alice", bound, "the feature is wanted"),
    ],
  });

/** It looks like a typo fixed, and sends payments elsewhere. */
export const hiding = (): Difference =>
  reviewOf({
    service: "hello",
    soaked: 3 * DAY,
    from: SIDE,
    to: {
      ...SIDE,
      tag: "1.4.3",
      commit: "c".repeat(40),
      settings: { ...SIDE.settings, PAYMENTS_URL: "https://payments.example.net/v1" },
      secrets: { API_TOKEN: "hmac-sha256:2" },
    },
    commits: [commit("c", "dave", "Fix a typo in the greeting", 4)],
    claims: ({ after }) => {
      const before = { config: configOf(SIDE), after };
      return [...others, approved("alice", before, "only a typo"), approved("bob", before, "typo")];
    },
  });
