import {
  EvidenceError,
  isAbout,
  parseBundle,
  parseStatement,
  predicateOf,
  type Refused,
  verifyEvidence,
} from "../evidence";
import { type Digest, parseReference, type PinnedReference } from "../image";
import type { Place } from "../promotion";
import { type AttachedPiece, collect } from "../proof";
import type { Registry, Repository, Waiting } from "../registry";
import type { Trust } from "../trust";
import { anchorOf, describePlace, PAGE, pageOf } from "./anchor";
import { chainOf } from "./chain";
import { refusal } from "./error";
import { readDecision, readDeployment, subjectOf, type Told } from "./record";
import type { DecisionEntry, History } from "./types";

/** A history, and what is needed to go on writing it. */
export interface Reading {
  readonly history: History;
  /** The page that the next deployment, and the decision before it, go to. */
  readonly page: number;
  /** The bundles that were read, by what they say. */
  readonly bundles: ReadonlyMap<string, Uint8Array>;
  /** Ids of records that were revoked. */
  readonly revoked: ReadonlySet<string>;
  /** Decisions that their own kind withdrew, and nobody else revoked. */
  readonly withdrawn: readonly DecisionEntry[];
}

export interface Asking extends Waiting {
  readonly now: Date;
}

/**
 * All that is signed and counts about a place. Nothing there is an empty history; a registry that does not answer is a
 * `RegistryError`; what is foreign or broken neither breaks nor satisfies anything.
 */
export async function readHistory(
  registry: Registry,
  repository: string,
  place: Place,
  trust: Trust,
  now: Date,
  waiting: Waiting = {},
): Promise<History> {
  const { history } = await readPages(registry, repositoryOf(repository), place, trust, { now, ...waiting });
  return history;
}

/** Page by page, and on to the next one only where one is full: nobody can lead us on by an anchor without end. */
export async function readPages(
  registry: Registry,
  repository: Repository,
  place: Place,
  trust: Trust,
  asking: Asking,
): Promise<Reading> {
  const pages: Page[] = [];
  for (let page = 0; ; page++) {
    pages.push(await readPage(registry, repository, place, page, trust, asking));
    const told = pages.flatMap((one) => one.told);
    const history = chainOf(told, place);
    if (history.deployments.length >= (page + 1) * PAGE) continue;
    const revoked = told.filter((claim) => claim.revoked !== undefined);
    return {
      history,
      page,
      bundles: new Map(pages.flatMap(({ bundles }) => [...bundles])),
      revoked: new Set(revoked.map(({ id }) => id)),
      withdrawn: revoked
        .filter(({ id }) => !pages.some(({ forGood }) => forGood.has(id)))
        .flatMap((claim) => readDecision(claim, place) ?? []),
    };
  }
}

export interface Page {
  readonly told: readonly Told[];
  readonly bundles: ReadonlyMap<string, Uint8Array>;
  /** Ids that somebody revoked, other than a decision that gave way. */
  readonly forGood: ReadonlySet<string>;
  /** Why the rest does not count. */
  readonly refused: readonly Refused[];
}

async function readPage(
  registry: Registry,
  repository: Repository,
  place: Place,
  page: number,
  trust: Trust,
  { now, ...waiting }: Asking,
): Promise<Page> {
  const { digest } = anchorOf(place, page);
  const pieces = await piecesOf(registry, pinnedAt(repository, digest), place, waiting);
  return judgePage(pieces, repository, place, page, trust, now);
}

/** Pure: what pieces of a page tell, once all that does not count there is left out. */
export function judgePage(
  pieces: readonly Pick<AttachedPiece, "source" | "bytes">[],
  { registry }: Pick<Repository, "registry">,
  place: Place,
  page: number,
  trust: Trust,
  now: Date,
): Page {
  const question = { digest: anchorOf(place, page).digest, registry, environment: place.environment, now };
  const { claims, refused } = verifyEvidence(question, pieces, trust);
  const bytes = new Map(pieces.map((piece) => [piece.source, piece.bytes]));
  const told = [...claims, ...refused.flatMap(toRevoked)].filter((claim) => {
    const bundle = bytes.get(claim.source);
    return bundle !== undefined && fits(claim, bundle, place, page);
  });
  const revocations = claims.flatMap((claim) => predicateOf(claim, "revocation") ?? []);
  return {
    told,
    refused,
    bundles: new Map(told.map(({ id, source }) => [id, bytes.get(source) ?? new Uint8Array()])),
    forGood: new Set([
      ...trust.revoked.map(({ evidence }) => evidence),
      ...revocations.flatMap(({ reason, evidence }) => (reason === GAVE_WAY ? [] : evidence)),
    ]),
  };
}

/** Why a proposal is withdrawn; every other reason revokes for good. */
export const GAVE_WAY = "It gave way to another decision before it let anything in.";

/** Only what a revocation alone stands against: whatever else is wrong with a claim, it tells nothing. */
function toRevoked({ revoked, error }: Refused): readonly Told[] {
  return revoked ? [{ ...revoked, revoked: error.problem.found }] : [];
}

/** A record is about the place's anchor and the digest that it speaks of, and a deployment stands on its own page. */
function fits(claim: Told, bundle: Uint8Array, place: Place, page: number): boolean {
  const entry = readDeployment(claim, place) ?? readDecision(claim, place);
  const number = predicateOf(claim, "deployment")?.number;
  if (!entry || (number !== undefined && pageOf(number) !== page)) return false;
  const { content } = parseBundle(claim.source, bundle);
  return "payload" in content && isAbout(parseStatement(claim.source, content.payload), subjectOf(entry));
}

/** More than anybody reads is not "nothing": whoever floods a history must not be able to hide it. */
async function piecesOf(
  registry: Registry,
  anchor: PinnedReference,
  place: Place,
  waiting: Waiting,
): Promise<readonly AttachedPiece[]> {
  try {
    return (await collect(registry, anchor, waiting)).pieces;
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    const { expected, found } = error.problem;
    throw refusal("unreadable", `Deployment history of ${describePlace(place)}`, expected, found, error);
  }
}

/** Takes host/path in at the door. */
export function repositoryOf(text: string): Repository {
  const { registry, repository } = parseReference(text);
  return { registry, repository };
}

export function pinnedAt({ registry, repository }: Repository, digest: Digest): PinnedReference {
  return { registry, repository, tag: undefined, digest };
}
