import type { ReleasedImage } from "@waybill/core/evidence";
import { evaluate, evaluateConfig, type Facts, mayEnter, type Verdict } from "@waybill/core/gates";
import { type DecisionEntry, type DeploymentEntry, type History, readHistory } from "@waybill/core/history";
import { parsePinned } from "@waybill/core/image";
import { type Place, type Promotion, rulesFor, stackName } from "@waybill/core/promotion";
import { prove } from "@waybill/core/proof";
import { shapeOf } from "@waybill/core/release";
import type { World } from "../estate/look";
import { upstreamPlaces } from "../estate/places";

type Answer = "yes" | "no" | "overridden";

/** One gate that answers otherwise; null where it is asked by one of the two only. */
export interface Turn {
  readonly gate: string;
  readonly before: Answer | null;
  readonly after: Answer | null;
  readonly reason: string;
}

/** A past decision, and what the rules of today would have said to the same facts. */
export interface Result {
  readonly place: Place;
  readonly decision: DecisionEntry;
  readonly image: ReleasedImage | undefined;
  readonly before: boolean;
  /** Undefined where nothing is recorded of the image, so that nobody can tell. */
  readonly after: boolean | undefined;
  readonly turns: readonly Turn[];
}

/** Judges again every decision of a place, each at its own time and on what there was then. */
export async function judgeAgain(world: World, repository: string, place: Place): Promise<readonly Result[]> {
  const { registry, promotion, now } = world;
  const read = (where: Place): Promise<History> =>
    readHistory(registry, repository, where, promotion.trust, now);
  const [own, ...upstream] = await Promise.all([place, ...upstreamPlaces(promotion, place)].map(read));
  if (!own) return [];
  const inOrder = [...own.decisions].sort((one, other) => timeOf(one) - timeOf(other));
  return Promise.all(inOrder.map((decision) => judgeOne(world, own, upstream, decision)));
}

async function judgeOne(
  world: World,
  own: History,
  upstream: readonly History[],
  decision: DecisionEntry,
): Promise<Result> {
  const { place } = own;
  const { record } = decision;
  const before = mayEnter(record.verdicts);
  const image = imageOf(own, upstream, decision);
  if (!image) return { place, decision, image, before, after: undefined, turns: [] };
  const facts = await factsAt(world, own, upstream, decision, image);
  const same =
    facts.own.head?.record.kind !== "removed" && facts.own.head?.record.image.digest === record.digest;
  const verdicts = same ? evaluateConfig(facts) : evaluate(facts);
  return {
    place,
    decision,
    image,
    before,
    after: mayEnter(verdicts),
    turns: turnsOf(record.verdicts, verdicts),
  };
}

/** What was signed about the image, where it went or where it came from. */
function imageOf(
  own: History,
  upstream: readonly History[],
  { record }: DecisionEntry,
): ReleasedImage | undefined {
  return [own, ...upstream]
    .flatMap(({ deployments }) => deployments)
    .find((entry) => entry.record.image.digest === record.digest)?.record.image;
}

async function factsAt(
  { registry, promotion }: World,
  own: History,
  upstream: readonly History[],
  { record }: DecisionEntry,
  image: ReleasedImage,
): Promise<Facts> {
  const { place } = own;
  const now = new Date(record.decidedOn);
  const reference = parsePinned(`${image.repository}@${image.digest}`);
  const asked = { environment: place.environment, now };
  const rules = rulesFor(promotion, place);
  const last = own.deployments.findIndex(({ id }) => id === record.after);
  return {
    place,
    rules,
    image,
    pinned: true,
    report: await prove(registry, reference, asked, promotion.trust),
    config: record.config,
    own: upTo(own, last + 1, now),
    upstream: upstream.map((history) => ({
      stack: stackOf(promotion, history),
      history: upTo(
        history,
        history.deployments.filter((entry) => timeOf(entry) <= now.getTime()).length,
        now,
      ),
    })),
    platforms: rules.platforms && (await shapeOf(registry, image)).map(({ platform }) => platform),
    requester: record.by ?? undefined,
    now,
  };
}

/** As it was then. */
function upTo(history: History, count: number, now: Date): History {
  const deployments = history.deployments.slice(0, count);
  const decisions = history.decisions.filter((entry) => timeOf(entry) <= now.getTime());
  return { ...history, deployments, head: deployments.at(-1), decisions };
}

function timeOf({ time, record }: DeploymentEntry | DecisionEntry): number {
  return time?.getTime() ?? Date.parse("decidedOn" in record ? record.decidedOn : record.finishedOn);
}

function stackOf(promotion: Promotion, { place }: History): string {
  return stackName(promotion, place);
}

function turnsOf(before: readonly Verdict[], after: readonly Verdict[]): Turn[] {
  const names = [...new Set([...before, ...after].map(({ gate }) => gate))];
  return names.flatMap((gate): Turn[] => {
    const [old, now] = [before, after].map((verdicts) => verdicts.find((one) => one.gate === gate));
    const [was, is] = [old, now].map((verdict) => (verdict ? answerOf(verdict) : null));
    if (was === undefined || is === undefined || was === is) return [];
    return [{ gate, before: was, after: is, reason: now?.reason ?? "it is asked no more" }];
  });
}

function answerOf(verdict: Verdict): Answer {
  if (verdict.pass) return "yes";
  return mayEnter([verdict]) ? "overridden" : "no";
}
