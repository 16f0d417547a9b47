import type { Approval } from "../evidence";
import { countingIn } from "./records";
import type { Facts } from "./types";
import { listed, moment, plain } from "./words";

/** Why an approval is for something else than this: it binds digest, place, rules, settings, what ran before, and evidence. */
export function bindingRefusal(facts: Facts, approval: Approval): string | undefined {
  const { place, rules, config, own, now } = facts;
  if (approval.service !== place.service || approval.environment !== place.environment) {
    return `given for ${plain(approval.service)} in ${plain(approval.environment)}`;
  }
  if (!(Date.parse(approval.expires) > Number(now)))
    return `expired on ${moment(Date.parse(approval.expires))}`;
  if (approval.policy !== rules.hash) return "given under other rules of promotion.yaml";
  if (approval.config !== config) return "given for other settings";
  const target = place.target ?? "";
  const after = Object.hasOwn(approval.after, target) ? approval.after[target] : undefined;
  if (after === undefined)
    return `not given for ${place.target === undefined ? "this place" : `target ${place.target}`}`;
  // A revoked head proves nothing, and still is where the chain goes on.
  if (after !== (own.head?.id ?? null))
    return "given before the last deployment there, and so used up or overtaken";
  const known = knownEvidence(facts);
  const gone = approval.evidence.filter((id) => !known.has(id));
  return gone.length > 0 ? `rests on evidence that no longer counts (${listed(gone, 2)})` : undefined;
}

function knownEvidence({ report, own, upstream }: Facts): ReadonlySet<string> {
  const histories = [own, ...upstream.map(({ history }) => history)];
  return new Set([
    ...report.claims.map(({ id }) => id),
    ...histories.flatMap((history) => [...countingIn(history), ...history.decisions].map(({ id }) => id)),
  ]);
}
