import type { Finding } from "../../evidence";
import type { Part } from "../read/part";
import type { Span } from "../read/times";

/** What a scanner's report says, before it is known to be about the image. */
export interface Scan extends Span {
  readonly scanner: { readonly uri: string; readonly version?: string };
  /** Every digest that it calls what it looked at. */
  readonly digests: readonly string[];
  /** When its database was made, where it says so. */
  readonly database?: number | undefined;
  readonly findings: readonly Finding[];
}

export const SEVERITIES = ["critical", "high", "medium", "low", "unknown"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Each scanner's words, lower-cased. What lies below "low" counts as low, and what nobody judged as unknown: never as nothing. */
const WORDS: Readonly<Record<string, Severity>> = {
  critical: "critical",
  high: "high",
  medium: "medium",
  moderate: "medium",
  low: "low",
  negligible: "low",
  informational: "low",
  unknown: "unknown",
  undefined: "unknown",
  untriaged: "unknown",
};

export function severityWord(text: string): Severity | undefined {
  const key = text.toLowerCase();
  return Object.hasOwn(WORDS, key) ? WORDS[key] : undefined;
}

export function severityOf(part: Part): Severity {
  const severity = severityWord(part.text());
  if (severity === undefined) throw part.wrong(`one of ${Object.keys(WORDS).join(", ")}`);
  return severity;
}

export interface FoundIn {
  readonly package?: string | undefined;
  readonly version?: string | undefined;
  /** First version without it. */
  readonly fixed?: string | undefined;
  readonly location?: string | undefined;
  /** What the scanner's own settings would have hidden: it counts all the same, an exception is signed. */
  readonly suppressed?: string | undefined;
}

export function finding(id: string, method: string, score: Severity, found: FoundIn): Finding {
  const known = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
  return {
    id,
    severity: [{ method, score }],
    ...(Object.keys(known).length === 0 ? {} : { annotations: [known] }),
  };
}

/** What stands behind the @ of a reference. */
export function digestIn(reference: string | undefined): string[] {
  const found = /@(sha(?:256|512):[0-9a-f]{64,128})$/.exec(reference ?? "")?.[1];
  return found === undefined ? [] : [found];
}
