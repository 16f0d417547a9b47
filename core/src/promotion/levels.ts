import type { Place } from "./place";
import type { External, Promotion, RuleException } from "./promotion";

/** What a rule of the policy pack does in an environment now. Whatever is not known refuses. */
export function levelOf(
  { environments }: Promotion,
  environment: string,
  rule: string,
  now: Date,
): "off" | "warn" | "refuse" {
  const levels = environments.find(({ name }) => name === environment)?.levels ?? {};
  const level = Object.hasOwn(levels, rule) ? levels[rule] : undefined;
  if (level === undefined) return "refuse";
  if (typeof level === "string") return level;
  return now < level.warnUntil ? "warn" : "refuse";
}

/** Exceptions of one place to rules of the policy pack, expired ones too: they count no more, and are worth a word. */
export function ruleExceptions({ document }: Promotion, place: Place): readonly RuleException[] {
  return (document.exceptions ?? []).flatMap((entry) => {
    if (entry.rule === undefined) return [];
    if (entry.service !== place.service || entry.environment !== place.environment) return [];
    const { rule, owner, reason, expires } = entry;
    return [{ rule, owner, reason, expires: new Date(expires) }];
  });
}

/** Repositories of others whose images may run now without a decision. */
export function externalAt({ external }: Promotion, now: Date): readonly External[] {
  return external.filter(({ expires }) => now < expires);
}
