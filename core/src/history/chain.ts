import type { Digest } from "../image";
import type { Place } from "../promotion";
import { describePlace } from "./anchor";
import { refusal } from "./error";
import { readDecision, readDeployment, type Told } from "./record";
import type { Decision, DecisionEntry, DeploymentEntry, History, Signed } from "./types";

/**
 * The history that claims amount to, in whatever order they come: each deployment names the one before it and how many came
 * before. Of two that name the same one, the one with the earliest trusted time stands, then the one with the smallest id; the other
 * counts for nothing, and so does what was built on it. A revoked deployment stays where it is, since others name it, and
 * says that it is revoked: it proves nothing any more.
 */
export function chainOf(claims: readonly Told[], place: Place): History {
  const deployments = unique(claims.flatMap((claim) => readDeployment(claim, place) ?? []));
  const chain: DeploymentEntry[] = [];
  for (;;) {
    const previous = chain.at(-1)?.id ?? null;
    const [next] = deployments.filter(
      ({ record }) => record.previous === previous && record.number === chain.length,
    );
    if (!next) break;
    chain.push(next);
  }
  return {
    place,
    deployments: chain,
    head: chain.at(-1),
    forks: deployments.filter((entry) => !chain.includes(entry)),
    decisions: unique(
      claims.flatMap((claim) => (claim.revoked === undefined && readDecision(claim, place)) || []),
    ),
  };
}

/** In one fixed order; words that were signed twice count once, for their earliest signature. */
function unique<Entry extends Signed>(entries: readonly Entry[]): Entry[] {
  const sorted = [...entries].sort(inOrder);
  return [...new Map([...sorted].reverse().map((entry) => [entry.id, entry])).values()].sort(inOrder);
}

function inOrder(one: Signed, other: Signed): number {
  const [time, otherTime] = [one, other].map((entry) => entry.time?.getTime() ?? Infinity) as [
    number,
    number,
  ];
  if (time !== otherTime) return time < otherTime ? -1 : 1;
  return byText(one.id, other.id) || byText(nameOf(one), nameOf(other));
}

function nameOf({ signer }: Signed): string {
  return `${signer.issuer ?? ""} ${signer.identity}`;
}

function byText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** `head` was the newest record when a stack wrote down its release: a history without it was cut. */
export function assertHolds({ place, deployments, forks, head }: History, expected: string): void {
  if (deployments.some(({ id }) => id === expected)) return;
  const fork = forks.some(({ id }) => id === expected) ? ", and that record only beside it" : "";
  throw refusal(
    "cut-tail",
    `Deployment history of ${describePlace(place)}`,
    `the record ${expected}, which its stack wrote down as the newest one`,
    head
      ? `a history that ends with record ${head.record.number}, ${head.id}${fork}`
      : `a history without any record that counts${fork}`,
  );
}

/** A decision, and a deployment, follow the one that is the last. */
export function assertHead({ place, head }: History, after: string | null): void {
  if ((head?.id ?? null) === after) return;
  const found = head
    ? `record ${head.record.number}, ${head.id}: ${head.record.image.digest}`
    : "no deployment yet";
  throw refusal(
    "head-moved",
    `Deployment history of ${describePlace(place)}`,
    after === null ? "no deployment yet" : `${after} as the newest record`,
    found,
  );
}

/** A decision that was not carried out in time lets nothing in any more. */
export function lapsed({ expires }: Decision, now: Date): boolean {
  return now >= new Date(expires);
}

/** What may enter next. */
export interface Entrance {
  readonly digest: Digest;
  readonly config: string;
  /** The deployment that it is to follow; null for the first. */
  readonly after: string | null;
}

/** Whether a decision lets exactly this in, after exactly that deployment. */
export function letsIn({ record }: DecisionEntry, { digest, config, after }: Entrance): boolean {
  return record.digest === digest && record.config === config && record.after === after;
}

/** The decision by which something may enter now: it has not lapsed, and no other one stands against it. */
export function standing(history: History, entrance: Entrance, now: Date): DecisionEntry | undefined {
  if ((history.head?.id ?? null) !== entrance.after) return undefined;
  const live = liveAfter(history, entrance.after, now);
  return live.every((entry) => letsIn(entry, entrance)) ? live[0] : undefined;
}

/** Smallest id first. */
export function liveAfter({ decisions }: History, after: string | null, now: Date): readonly DecisionEntry[] {
  return decisions
    .filter(({ record }) => record.after === after && !lapsed(record, now))
    .sort((one, other) => byText(one.id, other.id));
}
