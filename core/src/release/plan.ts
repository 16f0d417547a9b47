import type { Deployment, ReleasedImage } from "../evidence";
import { describeVerdicts, evaluate, evaluateConfig, mayEnter, summary, type Facts } from "../gates";
import { type DecisionEntry, type Entrance, letsIn, otherDecision, type Verdict } from "../history";
import { findPlace } from "../promotion";
import { describePlace } from "./candidate";
import { ReleaseError } from "./release";
import type { Last, Survey } from "./survey";

/** The decision that something runs under: one that was carried out, or one that is to be made now. */
export interface DecisionPlan {
  /** The deployment that was the last one when it was decided; null before the first. */
  readonly after: string | null;
  readonly config: string;
  /** True where it let in what runs already: it is not made again. */
  readonly carriedOut: boolean;
  /** Empty where it was carried out: the record has them. */
  readonly verdicts: readonly Verdict[];
}

interface Run {
  readonly action: "run";
  readonly image: ReleasedImage;
  readonly kind: Deployment["kind"];
  /** Id of the deployment before it. */
  readonly after: string | null;
  readonly decision: DecisionPlan;
  /** Whether this changes what runs. */
  readonly moves: boolean;
  readonly waiting: string | null;
  readonly notes: readonly string[];
}

/** What the stack must look like. `waiting` says why it does not move on; `notes` are for people. */
export type Plan =
  | { readonly action: "build"; readonly notes: readonly string[] }
  | Run
  | { readonly action: "wait"; readonly waiting: string; readonly notes: readonly string[] };

/** Decides from data alone. Whatever may not enter leaves the stack where it is; a pin that may not enter is an error. */
export function plan(survey: Survey): Plan {
  const { promotion, place, pin } = survey;
  const { environment } = findPlace(promotion, place);
  if (environment.builds) return { action: "build", notes: notesOn(survey) };
  const entrance = findEntrance(survey);
  if (typeof entrance !== "string") return entrance;
  if (pin === undefined || pin === runningDigest(survey)) return staying(survey, entrance);
  throw new ReleaseError("may-not-enter", {
    about: describePlace(place),
    expected: `${pin} to pass every gate`,
    found: entrance,
    next: `Nothing was changed. waybill promote ${place.environment} --dry-run shows this again; or remove the pin: pulumi config rm waybill:pin`,
  });
}

/** What to run if the candidate enters or runs here already, or why it does not enter. */
function findEntrance(survey: Survey): Run | string {
  const { candidate, offered, own, last, hold, now, place } = survey;
  if (!("image" in candidate) || !offered) return "none" in candidate ? candidate.none : "it has no upstream";
  const { digest, tag } = candidate.image;
  if (last?.entry.record.image.digest === digest) {
    const stays = keeping(survey, last, null);
    if (stays) return stays;
  }
  if (hold && now < hold) return `${place.environment} is held until ${hold.toISOString()} (waybill:hold)`;
  const verdicts = evaluate(offered);
  if (!mayEnter(verdicts)) {
    return `${digest} (${tag}) may not enter ${place.environment}: ${summary(verdicts)}\n${describeVerdicts(verdicts)}`;
  }
  const after = own.head?.id ?? null;
  const other = otherThan(survey, { digest, config: offered.config, after });
  if (other) return otherDecision(`${digest} (${tag}) for ${describePlace(place)}`, other).message;
  const decision = { after, config: offered.config, carriedOut: false, verdicts };
  return { ...run(survey, offered.image, "promoted", null), after, decision, moves: true };
}

/** The candidate does not enter: what runs stays, whatever gates would say of it today. */
function staying(survey: Survey, waiting: string): Plan {
  const { last } = survey;
  const stays = last && keeping(survey, last, waiting);
  if (stays) return stays;
  if (last && !last.removed) throw withdrawn(survey, last, waiting);
  return { action: "wait", waiting, notes: notesOn(survey) };
}

/** What runs is neither taken away nor touched because somebody revoked the decision that let it in. */
function withdrawn(survey: Survey, { entry: { record } }: Last, waiting: string): ReleaseError {
  return new ReleaseError("decision-revoked", {
    about: describePlace(survey.place),
    expected: `a decision that lets ${record.image.digest} go on, or another image that may enter`,
    found: [...notesOn(survey), waiting].join("\n"),
    next: "Nothing was changed: it still runs. Pin an image that passes every gate, or let this one pass them again.",
  });
}

/** What ran last goes on under the decision that let it in; undefined where it needs a new one from all gates. */
function keeping(survey: Survey, last: Last, waiting: string | null): Run | undefined {
  const { own, configuration } = survey;
  const { entry, facts, removed } = last;
  const { image, config, kind, previous } = entry.record;
  const found = own.decisions.find(({ id }) => id === entry.record.decision);
  if (removed && facts.report.blocks.length > 0) return undefined;
  if (!removed) assertMayKeepRunning(survey, last);
  if (!found) return undefined;
  if (config !== configuration.config) return removed ? undefined : reconfigured(survey, facts, waiting);
  const decision = { after: found.record.after, config, carriedOut: true, verdicts: [] };
  const isRecorded = !removed && entry.revoked === undefined;
  return isRecorded
    ? { ...run(survey, image, kind, waiting), after: previous, decision, moves: false }
    : { ...run(survey, image, "rebuilt", waiting), after: own.head?.id ?? null, decision, moves: removed };
}

/** A change of settings has its own gates; refused, nothing is changed, since old settings cannot be put back by halves. */
function reconfigured(survey: Survey, facts: Facts, waiting: string | null): Run {
  const after = survey.own.head?.id ?? null;
  const where = describePlace(survey.place);
  const verdicts = evaluateConfig(facts);
  if (!mayEnter(verdicts)) {
    throw new ReleaseError("settings-may-not-change", {
      about: where,
      expected: "the settings that it runs with, or a change of them that passes its gates",
      found: `${summary(verdicts)}\n${describeVerdicts(verdicts)}`,
      next: `Nothing was changed. waybill diff ${survey.place.environment} shows what would change.`,
    });
  }
  const other = otherThan(survey, { digest: facts.image.digest, config: facts.config, after });
  if (other) throw new ReleaseError("settings-may-not-change", otherDecision(where, other).problem);
  const decision = { after, config: facts.config, carriedOut: false, verdicts };
  return { ...run(survey, facts.image, "configured", waiting), after, decision, moves: true };
}

/** What stands against letting this in: only one may be on its way. */
function otherThan({ underway }: Survey, entrance: Entrance): DecisionEntry | undefined {
  return underway.find((entry) => !letsIn(entry, entrance));
}

function run(
  survey: Survey,
  image: ReleasedImage,
  kind: Deployment["kind"],
  waiting: string | null,
): Omit<Run, "after" | "decision" | "moves"> {
  return { action: "run", image, kind, waiting, notes: notesOn(survey) };
}

function runningDigest({ last }: Survey): string | undefined {
  return last?.removed === false ? last.entry.record.image.digest : undefined;
}

function assertMayKeepRunning({ rules, place }: Survey, { entry, facts }: Last): void {
  const [block] = facts.report.blocks;
  if (!block || rules.blocked === "keep") return;
  throw new ReleaseError("blocked", {
    about: describePlace(place),
    expected: "an image that is not blocked",
    found: `${entry.record.image.digest}, blocked by ${block.by}: ${block.reason}`,
    next: "Pin an earlier good digest: waybill history lists them.",
  });
}

/** What is blocked comes first, then what was revoked. */
function notesOn(survey: Survey): string[] {
  const { last, place, drift } = survey;
  if (!last || last.removed) return [...drift];
  const runs = `${describePlace(place)} runs ${last.entry.record.image.digest}`;
  const blocks = last.facts.report.blocks.map(
    ({ by, reason }) => `BLOCKED: ${runs}, which ${by} blocked: ${reason}`,
  );
  return [...blocks, ...revocations(survey, last).map((what) => `REVOKED: ${runs} ${what}`), ...drift];
}

/** The deployment, or the decision, that it runs by and that counts no more. */
function revocations({ own }: Survey, { entry, facts }: Last): string[] {
  const { decision } = entry.record;
  const lost = decision !== null && !own.decisions.some(({ id }) => id === decision);
  const why = facts.report.refused.find((one) => one.revoked?.id === decision)?.error.problem.found;
  return [
    ...(entry.revoked === undefined ? [] : [`by the record ${entry.id}, which was ${entry.revoked}`]),
    ...(lost
      ? [`by the decision ${decision}, which counts no more${why === undefined ? "" : `: ${why}`}`]
      : []),
  ];
}
