import { type EvidenceError, type Report, requireEvidence, type SignerId, verifyEvidence } from "../evidence";
import type { Trust } from "../trust";
import { claimedBy } from "./claimed";
import type { FoundPiece, Gathered } from "./gather";

/** What is asked of the evidence of an image. */
export interface Inquiry {
  /** Undefined: whatever environment it counts for. */
  readonly environment: string | undefined;
  /** Type URIs, all of which must be there. */
  readonly predicates: readonly string[];
  readonly now: Date;
}

export interface Judgement {
  readonly inquiry: Inquiry;
  readonly report: Report;
  readonly ok: boolean;
  /** Why not; all of it at once. */
  readonly reasons: readonly EvidenceError[];
  readonly entries: readonly Entry[];
}

/** One piece of evidence and what became of it. */
export interface Entry {
  readonly source: string;
  /** Undefined where it cannot be read, as the next two are. */
  readonly id: string | undefined;
  readonly predicateType: string | undefined;
  /** Who signed; where it does not count, who is said to have. */
  readonly signer: SignerId | undefined;
  /** When a trusted third party saw it first. */
  readonly time: Date | undefined;
  /** When it was attached, as whoever attached it says. */
  readonly attached: Date | undefined;
  readonly trustedAs: readonly string[];
  readonly logged: boolean;
  readonly refusal: EvidenceError | undefined;
}

/** A pure function: the same evidence, trust and time give the same answer, wherever the evidence comes from. */
export function judge(gathered: Gathered, inquiry: Inquiry, trust: Trust): Judgement {
  const { image, pieces, refused } = gathered;
  const { environment, now, predicates } = inquiry;
  const question = { digest: image.digest, registry: image.registry, environment, now };
  const verified = verifyEvidence(question, pieces, trust);
  const report = { ...verified, refused: [...refused, ...verified.refused] };
  const verdicts = predicates.map((predicate) => requireEvidence(report, { predicate }));
  const errors = verdicts.flatMap((verdict) => (verdict.ok ? [] : [verdict.error]));
  // A block is the answer to every question, once.
  const reasons = report.blocks.length > 0 ? errors.slice(0, 1) : errors;
  return { inquiry, report, ok: reasons.length === 0, reasons, entries: toEntries(report, pieces) };
}

/** In the order in which it happened (E10): by trusted time, or else by the time that is said. */
function toEntries({ claims, refused }: Report, pieces: readonly FoundPiece[]): readonly Entry[] {
  const found = new Map(pieces.map((piece) => [piece.source, piece]));
  const counted = claims.map(({ source, id, predicateType, signer, time, trustedAs, logged }): Entry => ({
    source,
    id,
    predicateType,
    signer,
    time,
    attached: found.get(source)?.attached,
    trustedAs,
    logged,
    refusal: undefined,
  }));
  const others = refused.map(({ source, predicateType, error }): Entry => {
    const piece = found.get(source);
    const claimed = piece && claimedBy(piece);
    return {
      source,
      id: claimed?.id,
      predicateType,
      signer: claimed?.signer,
      time: undefined,
      attached: piece?.attached,
      trustedAs: [],
      logged: false,
      refusal: error,
    };
  });
  return [...counted, ...others].sort(inOrder);
}

/** Where times are the same, something else that the registry's own order has no part in. */
function inOrder(one: Entry, other: Entry): number {
  const keys = ({ time, attached, source }: Entry): [number, number, string] => [
    Number(time ?? attached ?? Infinity),
    Number(attached ?? Infinity),
    source,
  ];
  const [a, b] = [keys(one), keys(other)];
  const differs = a.findIndex((key, index) => key !== b[index]);
  if (differs < 0) return 0;
  return (a[differs] ?? 0) < (b[differs] ?? 0) ? -1 : 1;
}
