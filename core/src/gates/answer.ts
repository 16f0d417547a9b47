import type { Answer } from "./types";

export function yes(reason: string, evidence: readonly string[]): Answer {
  return { pass: true, reason, evidence: sortedOnce(evidence), next: "" };
}

export function no(reason: string, next: string, evidence: readonly string[] = []): Answer {
  return { pass: false, reason, evidence: sortedOnce(evidence), next };
}

export function sortedOnce(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}
