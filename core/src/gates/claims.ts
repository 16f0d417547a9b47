import { type Claim, predicateOf, type Predicates } from "../evidence";
import { PREDICATE_TYPES } from "../trust";
import type { Facts } from "./types";
import { listed, moment, span } from "./words";

/** A clock may run a little behind the timestamp authority's; the evidence's own check allows the same. */
export const CLOCK_SKEW_MS = 5 * 60 * 1000;

export interface Said<Name extends keyof Predicates> {
  readonly claim: Claim;
  readonly said: Predicates[Name];
}

/** What signers say of one type: those that the gate names, or all whom the trust policy lets. */
export function saying<Name extends keyof Predicates>(
  { report }: Facts,
  name: Name,
  by: readonly string[] | null,
): readonly Said<Name>[] {
  return report.claims.flatMap((claim) => {
    const said = predicateOf(claim, name);
    return said && (by === null || claim.trustedAs.some((signer) => by.includes(signer)))
      ? [{ claim, said }]
      : [];
  });
}

/** All that may be the newest: the last by trusted time, and whatever has none. */
export function newest<Item extends { readonly claim: Claim }>(items: readonly Item[]): readonly Item[] {
  const last = Math.max(...items.map(({ claim }) => Number(claim.time ?? -Infinity)));
  return items.filter(({ claim }) => claim.time === undefined || Number(claim.time) === last);
}

export type Judged<Item> = { readonly bad: string } | { readonly old: string } | { readonly used: Item };

/** What may be the newest must be good, all of it, and some of it young enough. */
export function judgeNewest<Item extends { readonly claim: Claim }>(
  items: readonly Item[],
  isBad: (item: Item) => string | undefined,
  isOld: (item: Item) => string | undefined,
): Judged<Item> | undefined {
  const current = newest(items);
  const bad = current.map(isBad).find((reason) => reason !== undefined);
  if (bad !== undefined) return { bad };
  const old = current.map(isOld);
  const used = current.filter((_, index) => old[index] === undefined).at(-1);
  if (used) return { used };
  const reason = old.find((one) => one !== undefined);
  return reason === undefined ? undefined : { old: reason };
}

/** Age counts from a trusted time only; what itself says that it ran earlier is as old as that. */
export function ageRefusal(
  { time }: Claim,
  maxAge: number | null,
  now: Date,
  finishedOn?: string,
): string | undefined {
  if (time !== undefined && Number(time) > Number(now) + CLOCK_SKEW_MS)
    return `expected a time before ${moment(now)}, found ${moment(time)}, in the future`;
  if (maxAge === null) return undefined;
  if (!time) return `expected one that is at most ${span(maxAge)} old, found no trusted time on it`;
  const since = Math.min(Number(time), finishedOn === undefined ? Infinity : Date.parse(finishedOn));
  const age = Number(now) - since;
  if (age <= maxAge) return undefined;
  return `expected one that is at most ${span(maxAge)} old, found one of ${moment(since)}, ${span(age)} old`;
}

/** Why the times that a run gives for itself cannot be true. */
export function runRefusal({ time }: Claim, startedOn: string, finishedOn: string): string | undefined {
  if (Date.parse(finishedOn) < Date.parse(startedOn))
    return `expected a run that ends after it began, found ${startedOn} to ${finishedOn}`;
  if (time && Date.parse(finishedOn) > Number(time) + CLOCK_SKEW_MS)
    return `expected a run that was over when it was signed on ${moment(time)}, found ${finishedOn}`;
  return undefined;
}

export function reasonOf<Item>(judged: Exclude<Judged<Item>, { readonly used: Item }>): string {
  return "bad" in judged ? judged.bad : judged.old;
}

/** What was found instead of what a gate asks: nothing, something else of its type, or pieces that do not count, and why. */
export function foundInstead({ report }: Facts, name: keyof Predicates): string {
  const pieces = report.refused.filter(
    ({ predicateType }) => predicateType === PREDICATE_TYPES[name] || predicateType === undefined,
  );
  const others = report.claims.filter(({ predicateType }) => predicateType === PREDICATE_TYPES[name]).length;
  const beside =
    others > 0 ? `none that fits, only ${others} by other signers or about something else` : "none";
  if (pieces.length === 0) return beside;
  return `${others > 0 ? beside : "none that counts"}: ${listed(
    pieces.map(
      ({ error }) => `${error.code} (expected ${error.problem.expected}, found ${error.problem.found})`,
    ),
    3,
  )}`;
}
