import { evaluate, evaluateConfig, mayEnter, summary, type Verdict } from "@waybill/core/gates";
import { runningIn, type Survey } from "@waybill/core/release";
import { refusalIn, surveyFor } from "../ask";
import type { Arguments, Io } from "../command";
import { glanceAt } from "./places";
import type { Look, World } from "./look";

/** What might enter a place next, and what it waits for. */
export interface Next {
  readonly digest: string | null;
  readonly tag: string | null;
  /** Whether all gates say yes. */
  readonly ready: boolean;
  readonly waiting: string;
  readonly verdicts: readonly Verdict[];
}

/** Asks the gates about what is pinned and does not run yet, else about what the environment before runs. */
export async function nextFor(
  io: Io,
  args: Arguments,
  world: World,
  { place, entry }: Pick<Look, "place" | "entry">,
): Promise<Next | undefined> {
  const { promotion, registry } = world;
  const { request } = glanceAt(io, args, promotion, place, entry);
  const running = entry?.record.kind === "removed" ? undefined : entry?.record.image.digest;
  const wanted = request.pin === running ? undefined : request.pin;
  try {
    const answered = await surveyFor(io, registry, { promotion, place }, request, wanted);
    if ("none" in answered)
      return { digest: null, tag: null, ready: false, waiting: answered.none, verdicts: [] };
    return toNext(answered.survey);
  } catch (error) {
    const { message } = refusalIn(error);
    return { digest: wanted ?? null, tag: null, ready: false, waiting: message, verdicts: [] };
  }
}

export function toNext({
  candidate,
  offered,
  own,
  last,
  configuration,
  hold,
  now,
}: Survey): Next | undefined {
  if (!("image" in candidate) || !offered) return undefined;
  const running = runningIn(own)?.record;
  const { digest, tag } = candidate.image;
  const same = running?.image.digest === digest;
  if (same && running.config === configuration.config) return undefined;
  const verdicts = same && last ? evaluateConfig(last.facts) : evaluate(offered);
  const held = hold && now < hold ? `; held until ${hold.toISOString()}` : "";
  const what = same ? "new settings: " : "";
  const ready = mayEnter(verdicts) && held === "";
  return { digest, tag, ready, waiting: `${what}${summary(verdicts)}${held}`, verdicts };
}
