import { generateKeyPairSync } from "node:crypto";
import { parsePromotion, type Promotion, type PromotionDocument } from "@waybill/core/promotion";
import { parseDocument, stringify } from "yaml";

const PEM = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .publicKey.export({ type: "spki", format: "pem" })
  .toString();

const signer = (name: string, say: string[]) => ({
  name,
  key: { pem: PEM },
  may: [{ say, for: ["staging", "prod"] }],
});

/** Two services, three environments, and a bit of everything. */
export function sample(): PromotionDocument {
  return {
    version: 1,
    owner: "platform@example.com",
    nextReview: "2027-06-01",
    people: {
      alice: { signers: ["alice"], emails: ["Alice@Example.com "] },
      bob: { signers: ["bob"] },
      mia: { signers: ["mia"] },
      sam: { signers: ["sam"], emails: ["sam@example.com"] },
      robot: { signers: ["ci"], bot: true },
    },
    groups: { approvers: ["alice", "bob"], security: ["sam"], managers: ["mia"] },
    environments: [
      { name: "dev" },
      {
        name: "staging",
        gates: {
          tests: { mark: "dev-passed", suites: ["smoke", "lint"], by: ["ci"] },
          scan: { medium: 5, databaseAge: "24h" },
        },
        levels: { "image-known": { warnUntil: "2027-01-01" }, "workload-probes": "off" },
        admission: "warn",
      },
      {
        name: "prod",
        gates: { "staging-tests": { kind: "tests", mark: "staging-passed", suites: ["full"] } },
        freezes: [
          {
            name: "year-end",
            from: "2026-12-20",
            until: "2027-01-04T00:00:00Z",
            reason: "few people",
            approvals: { of: ["managers"] },
          },
          {
            name: "weekend",
            weekly: { days: ["sat", "sun"] },
            reason: "few people",
            approvals: { count: 2, of: ["managers", "approvers"] },
          },
        ],
        overrides: { of: ["managers", "alice"] },
        tag: "production-{tag}",
        blocked: "stop",
        cluster: { deployers: ["serviceaccount:ci/deployer"] },
      },
    ],
    tiers: {
      payments: {
        extends: "critical",
        gates: {
          load: { maxAge: "14d", p95: 300 },
          soak: { incidents: "pager" },
          approvals: { of: ["approvers", "managers"] },
        },
      },
    },
    services: {
      hello: { path: "services/hello", tier: "internal", repository: "ghcr.io/acme/hello" },
      payments: {
        path: "services/payments",
        tier: "payments",
        approvers: ["bob", "managers"],
        platforms: ["linux/arm64", "linux/amd64"],
        provenance: { builders: ["ci"], repositories: ["r"], branches: ["refs/heads/main"] },
      },
    },
    registries: ["ghcr.io/acme", "localhost:5000"],
    external: [
      {
        repository: "docker.io/library/redis",
        owner: "platform@example.com",
        reason: "cache",
        expires: "2027-06-01",
      },
    ],
    imagePaths: [{ group: "acme.example", kind: "Job", path: "spec.image" }],
    exceptions: [
      {
        gate: "scan",
        finding: "CVE-2026-1",
        service: "hello",
        environment: "staging",
        owner: "sam",
        reason: "not reachable",
        expires: "2027-01-01",
      },
      {
        rule: "workload-probes",
        service: "hello",
        environment: "staging",
        owner: "sam",
        reason: "no server",
        expires: "2027-01-01",
      },
    ],
    trust: {
      signers: [
        signer("alice", ["approval"]),
        signer("bob", ["approval"]),
        signer("mia", ["approval", "override"]),
        signer("sam", ["review", "exception"]),
        signer("ci", ["signature"]),
        signer("pager", ["incidents"]),
      ],
    },
  };
}

export type Change = (document: PromotionDocument) => void;

export function parse(change: Change = () => undefined): Promotion {
  const document = sample();
  change(document);
  return parsePromotion("/repo/promotion.yaml", stringify(document));
}

/** Anything may be written into a file. */
export const any = (value: unknown): Record<string, unknown> => value as Record<string, unknown>;

/** What loading says about a changed file: the mistakes, each without its line. */
export function mistakesIn(change: Change): string[] {
  const document = sample();
  change(document);
  return mistakesOf(stringify(document)).map((line) => line.replace(/^line \d+: /, ""));
}

export function mistakesOf(text: string): string[] {
  expect(parseDocument(text).errors).toEqual([]);
  try {
    parsePromotion("promotion.yaml", text);
  } catch (error) {
    const { found } = (error as { problem: { found: string } }).problem;
    return found
      .split("\n")
      .filter((line) => !/^\d+ mistakes:$|^$/.test(line))
      .map((line) => line.trim());
  }
  return [];
}
