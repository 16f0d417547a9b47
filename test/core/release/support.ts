import type { ReleasedImage, Report } from "@waybill/core/evidence";
import type { Facts } from "@waybill/core/gates";
import type { DecisionEntry, DeploymentEntry, History } from "@waybill/core/history";
import { parseDigest } from "@waybill/core/image";
import { parsePromotion, type Place } from "@waybill/core/promotion";
import { findCandidate, releaseOf, type Release, type Survey, type Upstream } from "@waybill/core/release";
import {
  ago,
  at as atHello,
  CONFIG,
  DAY,
  deployed,
  FACTS,
  hashOf,
  historyOf,
  IMAGE,
  imageOf,
  NOW,
  OLD,
  OWN_HEAD,
  RULES,
  stamp,
  STAGING,
} from "../../support/gates";

export const promotion = parsePromotion(
  "/repo/promotion.yaml",
  `
version: 1
owner: platform@example.com
nextReview: 2027-06-01
environments:
  - name: dev
  - name: staging
  - name: prod
  - name: regions
    targets: [{ name: eu }, { name: us }]
  - name: archive
services:
  hello: { path: hello, stack: "{environment}" }
  other: { path: other }
trust: { signers: [] }
`,
);

export const digest = (hex: string) => parseDigest(`sha256:${hex.repeat(64)}`);

export function image(hex: string, change: Partial<ReleasedImage> = {}): ReleasedImage {
  return { ...imageOf(hex), digest: digest(hex), ...change };
}

export const at = (environment: string, target?: string, service = "hello"): Place => ({
  service,
  environment,
  target,
});

export function running(place: Place, hex: string, change: Partial<ReleasedImage> = {}): Release {
  const history = { head: hashOf("head"), number: 0 };
  return releaseOf(place, { image: image(hex, change), config: CONFIG, manifests: CONFIG, history }, null);
}

/** The decision that let a deployment in. */
export function decided(
  entry: DeploymentEntry,
  change: Partial<DecisionEntry["record"]> = {},
): DecisionEntry {
  const { service, environment, target, image: deployedImage, config, previous, decision } = entry.record;
  return {
    id: decision ?? hashOf("decision"),
    signer: entry.signer,
    time: entry.time,
    digest: deployedImage.digest,
    record: {
      service,
      environment,
      target,
      digest: deployedImage.digest,
      repository: deployedImage.repository,
      config,
      after: previous,
      policy: RULES.hash,
      trust: hashOf("trust"),
      verdicts: [],
      overrides: [],
      decidedOn: stamp(ago(20 * DAY)),
      expires: stamp(ago(19 * DAY)),
      by: null,
      change: null,
      ...change,
    },
  };
}

/** Prod runs v1 under its decision; v2 is in staging, and every gate of prod says yes to it. */
export const RUNNING = deployed(atHello("prod"), OLD, ago(20 * DAY), { decision: hashOf("decision") });
export const OWN: History = { ...historyOf(atHello("prod"), RUNNING), decisions: [decided(RUNNING)] };

export function surveyOf(change: Partial<Survey> = {}): Survey {
  const place = change.place ?? atHello("prod");
  const own = change.own ?? OWN;
  const upstream: readonly Upstream[] = change.upstream ?? [
    { stack: "staging", history: FACTS.upstream[0]?.history ?? historyOf(STAGING), release: undefined },
  ];
  const rules = change.rules ?? { ...RULES, pin: false };
  const configuration = change.configuration ?? {
    config: CONFIG,
    manifests: hashOf("manifests"),
    settings: {},
    secrets: {},
  };
  const entry = own.deployments.filter(({ record }) => record.kind !== "removed").at(-1);
  const removed = own.head?.record.kind === "removed";
  const candidate =
    change.candidate ??
    findCandidate({
      promotion,
      place,
      rules,
      repository: IMAGE.repository,
      pin: change.pin,
      upstream,
      running: removed ? undefined : entry,
    });
  const factsOf = (about: ReleasedImage, pinned: boolean): Facts => ({
    ...FACTS,
    place,
    rules,
    image: about,
    pinned,
    report:
      about.digest === IMAGE.digest ? { ...FACTS.report, claims: approvedAfter(own) } : nothingProven(about),
    config: configuration.config,
    own,
    upstream,
  });
  return {
    promotion,
    place,
    repository: undefined,
    pin: undefined,
    hold: undefined,
    requester: undefined,
    change: undefined,
    now: NOW,
    drift: [],
    underway: [],
    ...change,
    rules,
    configuration,
    own,
    upstream,
    candidate,
    offered: "image" in candidate ? factsOf(candidate.image, candidate.pinned) : undefined,
    last: change.last ?? (entry && { entry, facts: factsOf(entry.record.image, true), removed }),
  };
}

/** Approvals in the fixture follow the head of its own history. */
export const approvedAfter = (own: History): Report["claims"] =>
  FACTS.report.claims.map((claim) => {
    const predicate = claim.predicate as { readonly after?: Readonly<Record<string, string | null>> };
    if (predicate.after?.[""] !== OWN_HEAD.id) return claim;
    return { ...claim, predicate: { ...predicate, after: { "": own.head?.id ?? null } } };
  });

function nothingProven({ digest: about }: ReleasedImage): Report {
  return { question: { ...FACTS.report.question, digest: about }, claims: [], refused: [], blocks: [] };
}
