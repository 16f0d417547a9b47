import { ImageError, parseReference } from "../image";
import { type AllowedRegistries, checkPinned, isAllowedRegistry, UNKNOWN } from "../images";
import type { Exposure } from "./exposure";
import type { Occurrence } from "./occurrence";
import { guessEnvironment, type GuessedEnvironment, riskOf } from "./risk";

export type Answer = "yes" | "no" | "unknown" | "not asked";

/** What a registry and the history said about one image. */
export interface Asked {
  readonly signed: Answer;
  readonly promoted: Answer;
  /** Why not, or why it is not known. */
  readonly reason?: string;
}

export const NOT_ASKED: Asked = { signed: "not asked", promoted: "not asked" };

/** One occurrence, and what is to be said about it. */
export interface Finding extends Occurrence {
  readonly pinned: boolean;
  /** `note`: nothing is wrong by itself, and somebody should know. */
  readonly verdict: "yes" | "no" | "note";
  readonly code: string;
  readonly reason: string;
  readonly registryAllowed: boolean | undefined;
  readonly asked: Asked;
  readonly environment: GuessedEnvironment;
  readonly exposed: boolean;
  readonly risk: number;
}

export interface Rules {
  readonly allowed: AllowedRegistries;
  readonly ask: (image: string) => Asked;
}

type Judgement = Pick<Finding, "pinned" | "verdict" | "code" | "reason" | "registryAllowed" | "asked">;

/** Judges without any network: what was asked before is handed in. */
export function judge(occurrence: Occurrence, exposure: Exposure, rules: Rules): Finding {
  const environment = guessEnvironment(occurrence);
  const exposed = exposure.isExposed(occurrence);
  return {
    ...occurrence,
    ...judgeImage(occurrence, rules),
    environment,
    exposed,
    risk: riskOf(occurrence, environment, exposed),
  };
}

function judgeImage(occurrence: Occurrence, { allowed, ask }: Rules): Judgement {
  const { image, path, mention } = occurrence;
  const refusal = checkPinned({ path, image: image ?? UNKNOWN });
  const registryAllowed = allowed.registries && isIn(image, allowed);
  const pinned = refusal === undefined;
  const asked = pinned && image !== undefined && !mention ? ask(image) : NOT_ASKED;
  const shared = { pinned, registryAllowed, asked };
  if (mention)
    return {
      ...shared,
      verdict: "note",
      code: "mention",
      reason: pinned ? "only named here, by its digest" : "only named here, not by its digest",
    };
  const reasons: (readonly [code: string, reason: string])[] = [];
  if (refusal) reasons.push([refusal.code, refusal.found]);
  if (registryAllowed === false) reasons.push(["registry", "in none of the allowed registries"]);
  if (asked.signed === "no" || asked.signed === "unknown")
    reasons.push(["unsigned", asked.reason ?? "not signed by anybody trusted"]);
  if (asked.promoted === "no" || asked.promoted === "unknown")
    reasons.push(["undecided", "no decision that lets it run"]);
  const [first] = reasons;
  if (!first) return { ...shared, verdict: "yes", code: "pinned", reason: "named by its digest" };
  return { ...shared, verdict: "no", code: first[0], reason: reasons.map(([, reason]) => reason).join("; ") };
}

function isIn(image: string | undefined, allowed: AllowedRegistries): boolean {
  try {
    return image !== undefined && isAllowedRegistry(parseReference(image), allowed);
  } catch (error) {
    if (error instanceof ImageError) return false;
    throw error;
  }
}

/** What is fine last, and of the rest the most dangerous first; among equals what can be changed before what was made from it. */
export function byRisk(one: Finding, other: Finding): number {
  return (
    Number(one.verdict === "yes") - Number(other.verdict === "yes") ||
    other.risk - one.risk ||
    Number(one.owner !== undefined) - Number(other.owner !== undefined)
  );
}
