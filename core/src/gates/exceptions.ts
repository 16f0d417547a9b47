import type { Gate } from "../promotion";
import { CLOCK_SKEW_MS, saying } from "./claims";
import { personOf } from "./people";
import type { Facts } from "./types";

export interface Accepted {
  readonly finding: string;
  readonly owner: string;
  /** Name of the person who signed. */
  readonly by: string;
  readonly expires: number;
  readonly id: string;
}

/** Findings that do not count: excepted in promotion.yaml, and signed by somebody whom the gate names; both unexpired. */
export function acceptedFindings(facts: Facts, gate: Extract<Gate, { kind: "scan" }>): readonly Accepted[] {
  const signed = signedExceptions(facts, gate.exceptionsBy);
  return facts.rules.exceptions.flatMap(({ gate: name, finding, owner, expires }) => {
    const until = Date.parse(expires);
    const match = signed.find((one) => one.finding === finding);
    // A date that is none is over.
    if (name !== gate.name || !match || !(until > Number(facts.now))) return [];
    return [{ ...match, owner, expires: Math.min(until, match.expires) }];
  });
}

/** The one that ends last comes first. */
function signedExceptions(facts: Facts, of: readonly string[]): readonly Omit<Accepted, "owner">[] {
  const { place, rules, now } = facts;
  return saying(facts, "exception", null)
    .flatMap(({ claim, said }) => {
      const person = personOf(rules.people, claim);
      const expires = Date.parse(said.expires);
      const counts =
        person !== undefined &&
        !person.bot &&
        of.includes(person.name) &&
        said.service === place.service &&
        said.environment === place.environment &&
        expires > Number(now) &&
        Number(claim.time ?? now) <= Number(now) + CLOCK_SKEW_MS;
      return counts ? [{ finding: said.finding, by: person.name, expires, id: claim.id }] : [];
    })
    .sort((one, other) => other.expires - one.expires);
}
