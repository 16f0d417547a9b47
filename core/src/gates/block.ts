import { no, yes } from "./answer";
import type { Answer, Facts } from "./types";
import { listed, plain } from "./words";

/** Nothing passes over this one. */
export function judgeBlock(facts: Facts): Answer {
  const wrong = mixUp(facts);
  if (wrong !== undefined) return no(wrong, "Read rules and evidence again for this image and place.");
  const { blocks } = facts.report;
  if (blocks.length === 0) return yes("not blocked", []);
  const reasons = blocks.map(({ reason, by }) => `${plain(reason)} (${plain(by)})`);
  return no(
    `expected a digest that is not blocked, found a block: ${listed(reasons)}`,
    "Build and promote another image; this one is blocked for good.",
  );
}

/** Facts about two things at once prove nothing about either. */
export function mixUp({ report: { question }, image, place, rules }: Facts): string | undefined {
  if (question.digest !== image.digest) {
    return `expected evidence about ${image.digest}, found evidence about ${question.digest}`;
  }
  if (question.environment !== place.environment) {
    return `expected evidence for ${place.environment}, found evidence for ${question.environment ?? "no environment"}`;
  }
  if (rules.service !== place.service || rules.environment !== place.environment) {
    return `expected the rules of ${place.service} in ${place.environment}, found those of ${rules.service} in ${rules.environment}`;
  }
  return undefined;
}
