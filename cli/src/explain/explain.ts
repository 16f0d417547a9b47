import { type DecisionEntry, type DeploymentEntry, type History, readHistory } from "@waybill/core/history";
import type { PinnedReference } from "@waybill/core/image";
import { type EntryRecord, gather, judge, type Judgement, recordOf } from "@waybill/core/offline";
import { findPlace } from "@waybill/core/promotion";
import { runningIn } from "@waybill/core/release";
import { refusalIn, surveyFor } from "../ask";
import type { Arguments, Io } from "../command";
import type { World } from "../estate/look";
import { type Next, toNext } from "../estate/next";
import { glanceAt, placesIn } from "../estate/places";

export interface Home {
  readonly service: string;
  readonly image: PinnedReference;
}

export interface Stay {
  readonly history: History;
  /** Its deployments there, oldest first. */
  readonly deployments: readonly DeploymentEntry[];
  readonly decisions: readonly DecisionEntry[];
  readonly runs: boolean;
  /** What the gates say of its entering; undefined where it runs or ran there, or nothing can enter. */
  readonly next: Next | undefined;
}

export interface Explanation {
  readonly home: Home;
  readonly judgement: Judgement;
  /** The same as JSON. */
  readonly evidence: readonly EntryRecord[];
  /** In the order of promotion.yaml. */
  readonly stays: readonly Stay[];
}

export async function explained(io: Io, args: Arguments, world: World, home: Home): Promise<Explanation> {
  const { registry, promotion, now } = world;
  const { service, image } = home;
  const repository = `${image.registry}/${image.repository}`;
  const [gathered, ...histories] = await Promise.all([
    gather(registry, image),
    ...placesIn(promotion, service).map((place) =>
      readHistory(registry, repository, place, promotion.trust, now),
    ),
  ]);
  const judgement = judge(gathered, { environment: undefined, predicates: [], now }, promotion.trust);
  const stays = await Promise.all(histories.map((history) => stayOf(io, args, world, home, history)));
  const { evidence } = recordOf(image, judgement, promotion.trust);
  return { home, judgement, evidence, stays };
}

async function stayOf(
  io: Io,
  args: Arguments,
  world: World,
  { image: { digest } }: Home,
  history: History,
): Promise<Stay> {
  const deployments = history.deployments.filter(({ record }) => record.image.digest === digest);
  const decisions = history.decisions.filter(({ record }) => record.digest === digest);
  const runs = runningIn(history)?.record.image.digest === digest;
  const builds = findPlace(world.promotion, history.place).environment.builds;
  const next = builds || runs ? undefined : await entranceOf(io, args, world, history, digest);
  return { history, deployments, decisions, runs, next };
}

async function entranceOf(
  io: Io,
  args: Arguments,
  world: World,
  { place, head }: History,
  digest: PinnedReference["digest"],
): Promise<Next | undefined> {
  const { promotion, registry } = world;
  const { request } = glanceAt(io, args, promotion, place, head);
  try {
    const answered = await surveyFor(io, registry, { promotion, place }, request, digest);
    return "none" in answered ? undefined : toNext(answered.survey);
  } catch (error) {
    const { problem } = refusalIn(error);
    return { digest, tag: null, ready: false, waiting: `expected ${problem.expected}`, verdicts: [] };
  }
}
