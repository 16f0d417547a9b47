import { readFileSync } from "node:fs";
import { readDecision, readDeployment, type History, type Told } from "../history";
import { judgeExport, readExport } from "../offline";
import { rulesFor, type Place } from "../promotion";
import { RegistryError } from "../registry";
import { ReleaseError } from "./release";
import { survey, type Request, type Survey, type World } from "./survey";

/** Answers that are no answer: everything else is one, and stands. */
const SILENT: readonly string[] = ["unreachable", "timeout", "unavailable", "rate-limited"];

/**
 * What is known with a file of exported evidence at hand (E8): if the registry does not answer, what runs can go on by its
 * own records in that file. Nothing new can enter by it.
 */
export async function surveyWith(file: string | undefined, world: World, request: Request): Promise<Survey> {
  try {
    return await survey(world, request);
  } catch (error) {
    if (file === undefined || !(error instanceof RegistryError) || !SILENT.includes(error.code)) throw error;
    return surveyOffline(file, world, request, error.message);
  }
}

function surveyOffline(
  file: string,
  { promotion, now }: Omit<World, "registry">,
  request: Request,
  why: string,
): Survey {
  const { place, releases } = request;
  const rules = rulesFor(promotion, place);
  const { report } = judgeExport(readExport(file, readFileSync(file)), promotion.trust, now);
  const own = historyIn(place, report.claims, releases?.own?.history?.head);
  const entry = own.head;
  const image = releases?.own?.image;
  if (!entry || !image || entry.record.image.digest !== image.digest) {
    throw new ReleaseError("not-in-export", {
      about: file,
      expected: `the deployment ${releases?.own?.history?.head ?? "that this stack wrote down"}, of ${image?.digest ?? "an image that runs here"}`,
      found: entry ? `one of ${entry.record.image.digest}` : "none that counts",
      next: `The registry does not answer (${why}). Export again once it does: waybill evidence export IMAGE@DIGEST --environment ${place.environment}`,
    });
  }
  const facts = {
    place,
    rules,
    image: entry.record.image,
    pinned: true,
    report,
    config: request.configuration.config,
    own,
    upstream: [],
    platforms: null,
    requester: request.requester,
    now,
  };
  return {
    ...request,
    promotion,
    rules,
    now,
    own,
    upstream: [],
    drift: [`The registry does not answer; what runs goes on by the evidence in ${file}. ${why}`],
    candidate: { none: `${place.environment} takes nothing new while the registry does not answer` },
    offered: undefined,
    underway: [],
    last: { entry, facts, removed: entry.record.kind === "removed" },
  };
}

/** The file holds the evidence of one image, so that its chain has gaps: the stack's own release says which record is the head. */
function historyIn(place: Place, claims: readonly Told[], head: string | undefined): History {
  const deployments = claims.flatMap((claim) => readDeployment(claim, place) ?? []);
  const entry = deployments.find(({ id }) => id === head);
  return {
    place,
    deployments: entry ? [entry] : [],
    head: entry,
    forks: [],
    decisions: claims.flatMap((claim) => readDecision(claim, place) ?? []),
  };
}
