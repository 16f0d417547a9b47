import type { Finding } from "../evidence";

/** Worst first. */
export const SEVERITIES = ["critical", "high", "medium", "low", "unknown"] as const;

export type Severity = (typeof SEVERITIES)[number];

/** The worst word that any method gives; where none gives a word, what its number stands for in CVSS. */
export function severityOf({ severity }: Finding): Severity {
  const scores = severity.map(({ score }) => score.trim().toLowerCase());
  return worst(scores.map(wordOf)) ?? worst(scores.map(ratingOf)) ?? "unknown";
}

function worst(found: readonly (Severity | undefined)[]): Severity | undefined {
  return SEVERITIES.find((severity) => found.includes(severity));
}

function wordOf(score: string): Severity | undefined {
  return SEVERITIES.find((severity) => severity === score && severity !== "unknown");
}

/** CVSS v3.1, "qualitative severity rating scale". */
function ratingOf(score: string): Severity | undefined {
  if (!/^\d{1,2}(\.\d+)?$/.test(score)) return undefined;
  const value = Number(score);
  if (value > 10) return undefined;
  if (value >= 9) return "critical";
  if (value >= 7) return "high";
  return value >= 4 ? "medium" : "low";
}
