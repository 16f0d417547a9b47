import { type Digest, quote } from "../image";
import type { Trust } from "../trust";
import { type Bundle, type Envelope, evidenceId, parseBundle } from "./bundle";
import { EvidenceError, refusal } from "./error";
import { grantedBy } from "./grants";
import { LIMITS } from "./limits";
import { checkPredicate, type PredicateSchemas, standardPredicates } from "./predicates";
import type { Claim, Piece, Question, Refused, Report } from "./report";
import { verifySigner } from "./signers";
import { envelopeContent } from "./sigstore";
import { isAbout, parseStatement, PAYLOAD_TYPE, type Statement } from "./statement";
import { findBlocks, isNegative, withdraw } from "./withdraw";

/**
 * What the evidence of a digest amounts to under a trust policy: a pure function, also of the time. Each piece is judged
 * for itself: a foreign or broken one neither breaks nor satisfies anything (SIG-072).
 */
export function verifyEvidence(
  question: Question,
  pieces: readonly Piece[],
  trust: Trust,
  schemas: PredicateSchemas = standardPredicates,
): Report {
  const flood = floodRefusal(question, pieces);
  if (flood) {
    const refused = [{ source: flood.problem.about, predicateType: undefined, error: flood }];
    return { question, claims: [], refused, blocks: findBlocks([], trust, question) };
  }
  const judged = pieces.map((piece) => judge(piece, question, trust, schemas));
  const { claims, refused } = withdraw(judged.filter(isClaim), trust);
  return {
    question,
    claims: [...claims].sort((one, other) => Number(one.time ?? 0) - Number(other.time ?? 0)),
    refused: [...judged.filter(isRefused), ...refused],
    blocks: findBlocks(claims, trust, question),
  };
}

function judge(piece: Piece, question: Question, trust: Trust, schemas: PredicateSchemas): Claim | Refused {
  const { source } = piece;
  let predicateType: string | undefined;
  try {
    const bundle = parseBundle(source, piece.bytes);
    const envelope = envelopeOf(source, bundle);
    const statement = parseStatement(source, envelope.payload);
    ({ predicateType } = statement);
    return toClaim(source, bundle, envelope, statement, question, trust, schemas);
  } catch (error) {
    if (error instanceof EvidenceError) return { source, predicateType, error };
    throw error;
  }
}

function toClaim(
  source: string,
  bundle: Bundle,
  envelope: Envelope,
  statement: Statement,
  question: Question,
  trust: Trust,
  schemas: PredicateSchemas,
): Claim {
  const { predicateType, predicate } = statement;
  assertSubject(source, statement, question.digest);
  const { id, leaf, times, logged, trusted } = verifySigner(
    source,
    bundle,
    envelopeContent(envelope),
    trust,
    question,
  );
  const { environment, now } = question;
  const utterance = {
    about: source,
    predicateType,
    environment,
    times,
    now,
    timeless: isNegative(predicateType),
  };
  const trustedAs = grantedBy(utterance, trusted).map(({ name }) => name);
  checkPredicate(source, predicateType, predicate, schemas);
  return {
    source,
    id: evidenceId(envelope),
    predicateType,
    predicate,
    signer: id,
    trustedAs,
    certificate: leaf?.claims ?? {},
    time: times.length > 0 ? new Date(Math.min(...times.map(Number))) : undefined,
    logged,
  };
}

/** `cosign verify` takes message signatures for files only, and so do we. */
export function envelopeOf(about: string, { content }: Bundle): Envelope {
  if (!("payload" in content)) {
    throw refusal(
      "payload-type",
      about,
      "a signed in-toto statement (DSSE envelope)",
      "a signature over a file",
    );
  }
  if (content.payloadType !== PAYLOAD_TYPE) {
    throw refusal("payload-type", about, PAYLOAD_TYPE, quote(content.payloadType));
  }
  return content;
}

export function assertSubject(about: string, statement: Statement, digest: Digest): void {
  if (isAbout(statement, digest)) return;
  const found = statement.subjects.slice(0, 3).map((subject) => quote(JSON.stringify(subject.digest)));
  throw refusal("subject-mismatch", about, `a statement about ${digest}`, `one about ${found.join(", ")}`);
}

function floodRefusal({ digest }: Question, pieces: readonly Piece[]): EvidenceError | undefined {
  const bytes = pieces.reduce((sum, piece) => sum + piece.bytes.length, 0);
  if (pieces.length <= LIMITS.pieces && bytes <= LIMITS.totalBytes) return undefined;
  const expected = `at most ${LIMITS.pieces} pieces of evidence with ${LIMITS.totalBytes} bytes`;
  return refusal("too-many", digest, expected, `${pieces.length} with ${bytes} bytes`);
}

function isRefused(verdict: Claim | Refused): verdict is Refused {
  return !isClaim(verdict);
}

function isClaim(verdict: Claim | Refused): verdict is Claim {
  return "trustedAs" in verdict;
}
