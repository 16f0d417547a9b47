import type { Answer, Facts } from "./types";

/** An index may hold more than anybody looked at: exactly what the rules list, and nothing beside it. */
export function judgePlatforms({ rules, platforms, image }: Facts): Answer {
  const expected = [...(rules.platforms ?? [])].sort();
  const found = [...(platforms ?? [])].sort();
  if (expected.join() === found.join()) {
    return { pass: true, reason: found.join(", "), evidence: [], next: "" };
  }
  return {
    pass: false,
    reason: `${image.digest}: expected exactly ${expected.join(", ")}, found ${found.join(", ") || "none"}`,
    evidence: [],
    next: "Build it for these platforms; or change services.*.platforms in promotion.yaml.",
  };
}
