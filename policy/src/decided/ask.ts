import { evaluate, mayEnter, describeVerdicts, summary } from "@waybill/core/gates";
import { standing } from "@waybill/core/history";
import { parsePinned, type PinnedReference } from "@waybill/core/image";
import { WaybillError } from "@waybill/core/problem";
import { type Place, rulesFor } from "@waybill/core/promotion";
import { proofRefusal } from "@waybill/core/proof";
import { type Registry, RegistryError } from "@waybill/core/registry";
import { describePlace, plan, ReleaseError, survey, type Survey } from "@waybill/core/release";
import type { Known } from "../setting";
import type { Surroundings } from "../surroundings";
import { type Answer, no, YES } from "./answer";
import { askExport } from "./offline";
import { requestOf } from "./request";

export interface Question {
  readonly known: Known;
  /** Pinned: nothing else can be asked about. */
  readonly image: string;
  readonly registry: Registry;
  readonly preview: boolean;
}

/** The same functions as the program asks, so that both say the same in the same words. */
export async function ask(surroundings: Surroundings, question: Question): Promise<Answer> {
  const { known } = question;
  const image = parsePinned(question.image);
  const { place } = known;
  try {
    return place && !known.environment.builds
      ? await askPlanner(surroundings, question, place, image)
      : await askProof(surroundings, question, image);
  } catch (error) {
    if (!(error instanceof WaybillError)) throw error;
    return toAnswer(error as WaybillError);
  }
}

/** Where images are built, and in a program that is no service of promotion.yaml, nothing is decided: signed and built by whom it must be is all. */
async function askProof(
  { now }: Surroundings,
  { known: { promotion, environment, place }, registry }: Question,
  image: PinnedReference,
): Promise<Answer> {
  const build = place ? rulesFor(promotion, place).provenance : null;
  const demand = { environment: environment.name, now: now(), ...(build && { build }) };
  const refusal = await proofRefusal(registry, image, demand, promotion.trust);
  if (refusal === undefined) return YES;
  const end = refusal.lastIndexOf("\n");
  return no(
    `a signature and provenance that count in ${environment.name}`,
    end < 0 ? refusal : refusal.slice(0, end),
    end < 0 ? "Build and sign it where images are built." : refusal.slice(end + 1),
  );
}

async function askPlanner(
  surroundings: Surroundings,
  { known, registry, preview }: Question,
  place: Place,
  image: PinnedReference,
): Promise<Answer> {
  const { promotion } = known;
  const now = surroundings.now();
  const request = requestOf(surroundings, known, place, image);
  // What was decided may differ from what the environment before runs by now, so in an update this very image is asked for.
  const asked = preview ? request : { ...request, pin: image.digest };
  try {
    const found = await survey({ registry, promotion, now }, asked);
    return preview ? wouldRun(found, image) : isDecided(found, image);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const { offline, configuration } = request;
    const answer =
      offline && askExport(offline, { promotion, place, image, config: configuration.config, now });
    return answer || toAnswer(error);
  }
}

/** Preview: is it what the planner lets run here? */
export function wouldRun(found: Survey, image: PinnedReference): Answer {
  const planned = plan(found);
  if (planned.action === "run" && isSame(planned.image, image)) return YES;
  const where = describePlace(found.place);
  const wanted = planned.action === "run" ? `${planned.image.repository}@${planned.image.digest}` : "nothing";
  const waiting = planned.action === "build" || planned.waiting === null ? "" : `; ${planned.waiting}`;
  return no(
    `what the promotion policy lets run as ${where}: ${wanted}${waiting}`,
    "another image",
    `Run what was promoted; waybill status ${found.place.environment} shows what waits for what.`,
  );
}

/** Update: the decision is there by now, as whatever runs the image depends on it. */
export function isDecided(found: Survey, image: PinnedReference): Answer {
  const { own, configuration, offered, last, now } = found;
  const entrance = { digest: image.digest, config: configuration.config, after: own.head?.id ?? null };
  const decision = standing(own, entrance, now);
  if (decision?.record.repository === nameOf(image)) {
    const facts = offered ?? last?.facts;
    const proven = (facts ? evaluate(facts) : []).filter(({ gate }) => gate === "block" || gate === "proof");
    if (mayEnter(proven)) return YES;
    return no(
      "a decided image that is still proven",
      `${summary(proven)}\n${describeVerdicts(proven)}`,
      "Nothing was changed.",
    );
  }
  const planned = plan(found);
  if (planned.action === "run" && planned.decision.carriedOut && isSame(planned.image, image)) return YES;
  return no(
    `a signed decision that it may run as ${describePlace(found.place)} with the settings of this stack`,
    "none that stands",
    "Let what runs it depend on the Decision of @waybill/components, as Waybill's own program does.",
  );
}

function isSame(
  planned: { readonly repository: string; readonly digest: string },
  image: PinnedReference,
): boolean {
  return planned.digest === image.digest && planned.repository === nameOf(image);
}

function nameOf({ registry, repository }: PinnedReference): string {
  return `${registry}/${repository}`;
}

function toAnswer(error: WaybillError): Answer {
  const { about, expected, found, next } = error.problem;
  if (error instanceof RegistryError) {
    const silent = "a registry that answers, so that signatures and decisions can be checked";
    return no(silent, error.message, "Nothing that cannot be checked runs. Try again once it answers.");
  }
  const because =
    error instanceof ReleaseError && error.code === "settings-may-not-change" ? "settings" : "image";
  return no(expected, `${found} (${about})`, next, because);
}
