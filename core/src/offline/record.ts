import type { EvidenceError } from "../evidence";
import { formatReference, type PinnedReference } from "../image";
import type { Trust } from "../trust";
import type { Entry, Judgement } from "./judge";

/** A judgement as JSON: what `--json` prints and what a file of evidence keeps. Its order of keys is part of it. */
export interface JudgementRecord {
  readonly image: string;
  readonly environment: string | null;
  readonly required: readonly string[];
  readonly at: string;
  readonly trust: string;
  readonly verdict: "yes" | "no";
  readonly reasons: readonly ProblemRecord[];
  readonly blocks: readonly { readonly reason: string; readonly by: string; readonly at: string }[];
  readonly evidence: readonly EntryRecord[];
}

export interface EntryRecord {
  readonly id: string | null;
  readonly predicateType: string | null;
  readonly signer: { readonly issuer: string | null; readonly identity: string } | null;
  readonly time: string | null;
  readonly attached: string | null;
  readonly trustedAs: readonly string[];
  readonly logged: boolean;
  readonly source: string;
  readonly refusal: ProblemRecord | null;
}

export interface ProblemRecord {
  readonly code: string;
  readonly about: string;
  readonly expected: string;
  readonly found: string;
  readonly next: string;
}

export function recordOf(
  image: PinnedReference,
  { inquiry, report, ok, reasons, entries }: Judgement,
  trust: Trust,
): JudgementRecord {
  return {
    image: formatReference({ ...image, tag: undefined }),
    environment: inquiry.environment ?? null,
    required: inquiry.predicates,
    at: inquiry.now.toISOString(),
    trust: trust.hash,
    verdict: ok ? "yes" : "no",
    reasons: reasons.map(toProblem),
    blocks: report.blocks.map(({ reason, by, at }) => ({ reason, by, at: at.toISOString() })),
    evidence: entries.map(toEntryRecord),
  };
}

function toEntryRecord(entry: Entry): EntryRecord {
  const { id, predicateType, signer, time, attached, trustedAs, logged, source, refusal } = entry;
  return {
    id: id ?? null,
    predicateType: predicateType ?? null,
    signer: signer ? { issuer: signer.issuer ?? null, identity: signer.identity } : null,
    time: time?.toISOString() ?? null,
    attached: attached?.toISOString() ?? null,
    trustedAs,
    logged,
    source,
    refusal: refusal ? toProblem(refusal) : null,
  };
}

function toProblem({ code, problem: { about, expected, found, next } }: EvidenceError): ProblemRecord {
  return { code, about, expected, found, next };
}
