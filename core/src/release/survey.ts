import type { ReleasedImage, Report } from "../evidence";
import type { Facts } from "../gates";
import {
  assertHolds,
  type DecisionEntry,
  liveAfter,
  readHistory,
  type DeploymentEntry,
  type History,
} from "../history";
import { parsePinned, type Digest } from "../image";
import { rulesFor, stackName, upstreamOf, type Place, type Promotion, type Rules } from "../promotion";
import { prove } from "../proof";
import type { Registry, Waiting } from "../registry";
import type { Configuration } from "../service";
import { assertUpstream, findCandidate, runningIn, type Candidate, type Upstream } from "./candidate";
import type { Release } from "./release";
import { shapeOf } from "./shape";

/** Where everything is read from. */
export interface World extends Waiting {
  readonly registry: Registry;
  readonly promotion: Promotion;
  readonly now: Date;
}

/** What a stack, or somebody on its behalf, wants to know. */
export interface Request {
  readonly place: Place;
  /** Where the images and histories of the service are (host/path), where promotion.yaml does not say so; undefined: nothing was ever released. */
  readonly repository: string | undefined;
  readonly configuration: Configuration;
  readonly pin: Digest | undefined;
  readonly hold: Date | undefined;
  readonly requester: string | undefined;
  /** The change record or incident that it belongs to. */
  readonly change: string | undefined;
  /** What stacks export, where that was asked: a second witness beside the signed histories. */
  readonly releases?: {
    readonly own: Release | undefined;
    readonly upstream: readonly { readonly stack: string; readonly release: Release | undefined }[];
  };
}

/** All that is known, read once: what follows from it is a pure function. */
export interface Survey extends Request {
  readonly promotion: Promotion;
  readonly rules: Rules;
  readonly now: Date;
  readonly own: History;
  readonly upstream: readonly Upstream[];
  /** Why stacks and histories do not tell the same story; for people. */
  readonly drift: readonly string[];
  readonly candidate: Candidate;
  /** What gates are asked about the candidate. */
  readonly offered: Facts | undefined;
  /** What was let in after the last deployment and did not come to run yet: being carried out, or given up. */
  readonly underway: readonly DecisionEntry[];
  /** What runs here, or ran last if it was removed since. */
  readonly last: Last | undefined;
}

export interface Last {
  readonly entry: DeploymentEntry;
  /** What gates are asked about it. */
  readonly facts: Facts;
  readonly removed: boolean;
}

/** Reads histories and evidence; a registry that does not answer is an error, never "nothing there". */
export async function survey(world: World, request: Request): Promise<Survey> {
  const { promotion, now } = world;
  const { place, releases } = request;
  const rules = rulesFor(promotion, place);
  for (const { stack, release } of releases?.upstream ?? [])
    if (release) assertUpstream(promotion, place, stack, release);
  const repository = rules.repository ?? request.repository;
  const before = upstreamOf(promotion, place);
  const read = (where: Place): Promise<History> => readPlace(world, repository, where);
  const targets = before?.targets.map((target) => ({ ...place, environment: before.name, target })) ?? [];
  const [own, ...histories] = await Promise.all([read(place), ...targets.map(read)]);
  const upstream = targets.map((target, index): Upstream => {
    const stack = stackName(promotion, target);
    const release = releases && (releases.upstream.find((one) => one.stack === stack)?.release ?? null);
    return { stack, history: histories[index] ?? empty(target), release };
  });
  for (const { history, release } of upstream)
    if (release?.history) assertHolds(history, release.history.head);
  if (releases?.own?.history) assertHolds(own, releases.own.history.head);
  const running = runningIn(own);
  const candidate = findCandidate({ ...request, promotion, rules, repository, upstream, running });
  const entry = own.deployments.filter(({ record }) => record.kind !== "removed").at(-1);
  const factsOf = async (image: ReleasedImage, pinned: boolean): Promise<Facts> => ({
    place,
    rules,
    image,
    pinned,
    report: await reportOn(world, image, place.environment),
    config: request.configuration.config,
    own,
    upstream,
    platforms:
      rules.platforms && (await shapeOf(world.registry, image, world)).map(({ platform }) => platform),
    requester: request.requester,
    now,
  });
  const [offered, facts, underway] = await Promise.all([
    "image" in candidate && before ? factsOf(candidate.image, candidate.pinned) : undefined,
    entry && factsOf(entry.record.image, true),
    underwayIn(world, own),
  ]);
  return {
    ...request,
    promotion,
    rules,
    now,
    own,
    upstream,
    drift: driftOf(own, releases?.own),
    candidate,
    offered,
    underway,
    last: entry && facts && { entry, facts, removed: !running },
  };
}

async function readPlace(
  { registry, promotion, now, ...waiting }: World,
  repository: string | undefined,
  place: Place,
): Promise<History> {
  if (repository === undefined) return empty(place);
  return readHistory(registry, repository, place, promotion.trust, now, waiting);
}

/** A decision that is not at its image is a proposal: it gives way to whoever decides. */
async function underwayIn(world: World, own: History): Promise<readonly DecisionEntry[]> {
  const live = liveAfter(own, own.head?.id ?? null, world.now);
  const reports = await Promise.all(live.map(({ record }) => reportOn(world, record, own.place.environment)));
  return live.filter((entry, index) => reports[index]?.claims.some(({ id }) => id === entry.id));
}

function reportOn(
  { registry, promotion, now, ...waiting }: World,
  { repository, digest }: Pick<ReleasedImage, "repository" | "digest">,
  environment: string,
): Promise<Report> {
  return prove(
    registry,
    parsePinned(`${repository}@${digest}`),
    { environment, now, ...waiting },
    promotion.trust,
  );
}

function empty(place: Place): History {
  return { place, deployments: [], head: undefined, forks: [], decisions: [] };
}

/** The signed history counts; a state that was restored, edited or not yet written is told, and followed by nobody. */
function driftOf(own: History, release: Release | undefined): string[] {
  const runs = runningIn(own)?.record.image.digest;
  if (!release?.image || runs === undefined || release.image.digest === runs) return [];
  return [
    `The state of this stack says that it runs ${release.image.digest}, its signed history says ${runs}: the history counts.`,
  ];
}
