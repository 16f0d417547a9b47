import { createHash } from "node:crypto";
import { checkPredicate, type Claim, type Predicates, type ReleasedImage } from "@waybill/core/evidence";
import type { DeploymentEntry, History } from "@waybill/core/history";
import type { Digest } from "@waybill/core/image";
import type { Place } from "@waybill/core/promotion";
import { PREDICATE_TYPES } from "@waybill/core/trust";

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
