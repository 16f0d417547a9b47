import type { Occurrence } from "./occurrence";

export type GuessedEnvironment = "production" | "staging" | "development" | "unknown";

const WORDS: Readonly<Record<string, GuessedEnvironment>> = {
  prod: "production", production: "production", prd: "production", live: "production",
  staging: "staging", stage: "staging", stg: "staging", preprod: "staging", uat: "staging", qa: "staging",
  dev: "development", develop: "development", development: "development", test: "development",
  tests: "development", testing: "development", sandbox: "development", local: "development", ci: "development",
  example: "development", examples: "development",
}; // prettier-ignore

/** What namespace, name and path say, in this order: nothing says it for sure. */
export function guessEnvironment({
  namespace,
  name,
  file,
  via,
}: Pick<Occurrence, "namespace" | "name" | "file" | "via">): GuessedEnvironment {
  return word(namespace) ?? word(via ?? "") ?? word(file) ?? word(name) ?? "unknown";
}

const MOST_REMEMBERED = 10_000;
const seen = new Map<string, GuessedEnvironment | undefined>();

/** The last word of a text that means an environment: what is nearest to the object says most. */
function word(text: string): GuessedEnvironment | undefined {
  if (seen.has(text)) return seen.get(text);
  const words = text.toLowerCase().split(/[^a-z]+/);
  const last = words.findLast((one) => Object.hasOwn(WORDS, one));
  const found = last === undefined ? undefined : WORDS[last];
  if (seen.size < MOST_REMEMBERED) seen.set(text, found);
  return found;
}

const BY_ENVIRONMENT: Readonly<Record<GuessedEnvironment, number>> = {
  production: 40,
  unknown: 25,
  staging: 20,
  development: 5,
};

/** From 0 to 100: how much harm a moved tag could do here. */
export function riskOf(
  { workload, mention }: Occurrence,
  environment: GuessedEnvironment,
  exposed: boolean,
): number {
  const { privileges, replicas } = workload;
  const privilege = privileges.length === 0 ? 0 : Math.min(15 + 5 * privileges.length, 30);
  const size = replicas <= 0 ? 0 : Math.min(1 + Math.floor(Math.log2(replicas)) * 2, 10);
  const risk = BY_ENVIRONMENT[environment] + (exposed ? 20 : 0) + privilege + size;
  return mention ? Math.floor(risk / 4) : risk;
}
