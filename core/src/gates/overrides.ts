import { CLOCK_SKEW_MS, saying, type Said } from "./claims";
import { personOf } from "./people";
import type { Facts, Verdict } from "./types";
import { moment, plain } from "./words";

/** Nothing passes over these: what is blocked, and what never was where it must have been. */
const NEVER: readonly string[] = ["block", "order"];

/** Break-glass: a no stays a no, and names the signed override that passes over it, until that ends. */
export function withOverrides(facts: Facts, verdicts: readonly Verdict[]): readonly Verdict[] {
  const standing = saying(facts, "override", null).flatMap((one) => {
    const by = signerOf(facts, one);
    return by === undefined ? [] : [{ ...one, by }];
  });
  return verdicts.map((verdict) => {
    if (verdict.pass || NEVER.includes(verdict.gate)) return verdict;
    const named = standing.filter(({ said }) => said.gates.includes(verdict.gate));
    const last = named.sort((one, other) => Date.parse(other.said.expires) - Date.parse(one.said.expires))[0];
    if (!last) return verdict;
    const { claim, said, by } = last;
    const words = `passed over by ${by} until ${moment(Date.parse(said.expires))}: ${plain(said.reason)} (${plain(said.incident)}, owner ${plain(said.owner)})`;
    return { ...verdict, reason: `${verdict.reason}; ${words}`, override: claim.id };
  });
}

/** Whether every gate passes or is passed over; no gates at all are no answer. */
export function mayEnter(verdicts: readonly Verdict[]): boolean {
  return (
    verdicts.length > 0 &&
    verdicts.every(({ pass, override, gate }) => pass || (override !== null && !NEVER.includes(gate)))
  );
}

/** Who signed it, if it counts here and now. */
function signerOf({ place, rules, now }: Facts, { claim, said }: Said<"override">): string | undefined {
  const person = personOf(rules.people, claim);
  const counts =
    person !== undefined &&
    !person.bot &&
    rules.overrides.includes(person.name) &&
    said.service === place.service &&
    said.environment === place.environment &&
    Date.parse(said.expires) > Number(now) &&
    Number(claim.time ?? now) <= Number(now) + CLOCK_SKEW_MS;
  return counts ? person.name : undefined;
}
