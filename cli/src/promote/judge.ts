import { evaluate, evaluateConfig, summary, type Verdict } from "@waybill/core/gates";
import type { Digest } from "@waybill/core/image";
import type { Registry } from "@waybill/core/registry";
import { plan, type Plan, type ReleaseError, type Request, type Survey } from "@waybill/core/release";
import { refusalIn, surveyFor } from "../ask";
import type { Io } from "../command";
import type { Stack } from "../stack";

/** What the planner would do with a digest, in the words of `pulumi preview`. */
export interface Outcome {
  readonly ok: boolean;
  readonly reason: string;
  /** What is wrong there besides: that what runs is blocked. */
  readonly notes: readonly string[];
  readonly verdicts: readonly Verdict[];
  readonly survey: Survey | undefined;
}

export async function judge(
  io: Io,
  registry: Registry,
  stack: Stack,
  request: Request,
  digest: Digest | undefined,
): Promise<Outcome> {
  let survey: Survey | undefined;
  try {
    const answered = await surveyFor(io, registry, stack, request, digest);
    if ("none" in answered) return { ok: false, reason: answered.none, notes: [], verdicts: [], survey };
    survey = answered.survey;
    const decided = plan(survey);
    const verdicts = decided.action === "run" ? decided.decision.verdicts : [];
    return { ...answerOf(decided), notes: decided.notes, verdicts, survey };
  } catch (error) {
    const refusal = refusalIn(error);
    return { ok: false, reason: refusal.message, notes: [], verdicts: askedBy(refusal, survey), survey };
  }
}

function answerOf(decided: Plan): Pick<Outcome, "ok" | "reason"> {
  if (decided.action === "build") return { ok: false, reason: "images are built here" };
  if (decided.waiting !== null) return { ok: false, reason: decided.waiting };
  if (decided.action === "wait") return { ok: false, reason: "there is nothing to run" };
  const { decision, moves } = decided;
  if (!moves) return { ok: true, reason: "it runs there already" };
  return {
    ok: true,
    reason: decision.carriedOut ? "it runs again by the decision that let it in" : summary(decision.verdicts),
  };
}

function askedBy({ code }: ReleaseError, survey: Survey | undefined): readonly Verdict[] {
  if (code === "settings-may-not-change" && survey?.last) return evaluateConfig(survey.last.facts);
  return survey?.offered ? evaluate(survey.offered) : [];
}
