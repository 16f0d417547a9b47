import { describeVerdicts, freezeName, mayEnter, summary } from "@waybill/core/gates";
import type { Approval } from "@waybill/core/evidence";
import type { Attested } from "@waybill/core/proof";
import { describePlace } from "@waybill/core/release";
import type { Subject } from "./subject";

type Subjects = readonly [Subject, ...Subject[]];

export interface Outcome {
  readonly after: Subjects;
  /** Why it counts for nothing somewhere; undefined where it counts everywhere. */
  readonly refusal: string | undefined;
}

/** Looks at what is there now as a gate would: what was signed is not what counts. */
export function outcomeOf(signed: Attested, after: Subjects, freeze: string | undefined): Outcome {
  const refusals = after.flatMap((subject) => refusalOf(signed, subject, freeze) ?? []);
  return { after, refusal: refusals.length > 0 ? [...new Set(refusals)].join("; ") : undefined };
}

function refusalOf(
  { id, referrer }: Attested,
  { facts, verdicts: all }: Subject,
  freeze: string | undefined,
): string | undefined {
  const verdicts = freeze === undefined ? all : all.filter(({ gate }) => gate === freezeName(freeze));
  if (verdicts.some(({ evidence }) => evidence.includes(id))) return undefined;
  const { claims, refused } = facts.report;
  if (!claims.some((claim) => claim.id === id)) {
    const own = refused.find(({ source }) => source.includes(referrer));
    return own?.error.message ?? "it is not found again";
  }
  const asking = verdicts.filter(({ reason }) => reason.includes("approval"));
  if (asking.length === 0) return "no gate asks for an approval now";
  return asking.map(({ gate, reason }) => `${gate}: ${reason}`).join("; ");
}

export function showOutcome({ id, signer, time, added }: Attested, { after, refusal }: Outcome): string {
  const head = [
    added ? "signed and attached" : "was attached before",
    `  id      ${id}`,
    `  signer  ${signer}`,
    `  time    ${time?.toISOString() ?? "no trusted time"}`,
    `  counts  ${refusal === undefined ? "yes" : `no: ${refusal}`}`,
  ];
  const places = after.flatMap(({ place, verdicts }) => [
    `${describePlace(place)}: ${mayEnter(verdicts) ? "nothing is missing" : summary(verdicts)}`,
    ...(mayEnter(verdicts) ? [] : [describeVerdicts(verdicts.filter(({ pass }) => !pass)).trimEnd()]),
  ]);
  return [...head, ...places, ""].join("\n");
}

export function outcomeJson(
  before: Subjects,
  { id, added, signer, time, referrer }: Attested,
  { expires, freeze }: Approval,
  { after, refusal }: Outcome,
): object {
  const [{ place, to, facts }] = before;
  return {
    service: place.service,
    environment: place.environment,
    image: `${to.repository}@${to.digest}`,
    digest: to.digest,
    tag: to.tag,
    policy: facts.rules.hash,
    config: facts.config,
    freeze: freeze ?? null,
    expires,
    id,
    added,
    signer,
    time: time?.toISOString() ?? null,
    referrer,
    counts: refusal === undefined,
    refusal: refusal ?? null,
    places: after.map((one) => ({
      target: one.place.target ?? null,
      from: one.from ? { digest: one.from.digest, tag: one.from.tag } : null,
      settings: one.settings ?? null,
      reconfigured: one.reconfigured,
      verdict: mayEnter(one.verdicts) ? "yes" : "no",
      summary: summary(one.verdicts),
      verdicts: one.verdicts,
    })),
  };
}
