import {
  checkPredicate,
  EvidenceError,
  evidenceId,
  type PredicateSchemas,
  parseBundle,
  parseStatement,
  PAYLOAD_TYPE,
  standardPredicates,
  toEnvelope,
  writeStatement,
} from "../evidence";
import { type Digest, formatReference, type PinnedReference } from "../image";
import { type Registry, RegistryError } from "../registry";
import { type Signing, signStatement } from "../signer";
import { type AttachedEvidence, attachEvidence, type Attaching } from "./attach";
import { type AttachedPiece, collectEvidence } from "./collect";
import { identify, isBy, signerOf, timeOf } from "./identify";

/** What is to be said about an image. */
export type Words = {
  readonly predicateType: string;
  /** Other digests that the same is said about. */
  readonly also?: readonly Digest[];
} & (
  | { readonly predicate: object }
  | {
      /** Finds out, where that takes work. */
      readonly make: () => Promise<object>;
      /** Whether what the same signer said before will do. */
      readonly suffices: (predicate: unknown) => boolean;
    }
);

export interface Attested extends AttachedEvidence {
  /** Fingerprint of the key, or identity and issuer of the certificate. */
  readonly signer: string;
  /** The time that its timestamp or log entry says; not verified here. */
  readonly time: Date | undefined;
  /** The other digests to which it is attached: those of them that the repository has. */
  readonly also: readonly Digest[];
}

export interface Attesting extends Attaching {
  readonly schemas?: PredicateSchemas;
}

/**
 * Signs a statement about an image and attaches it. Who repeats it finds the earlier result and adds nothing, so that a
 * kill at any moment is repaired by doing the same again.
 */
export async function attest(
  registry: Registry,
  image: PinnedReference,
  words: Words,
  signing: Signing,
  { schemas = standardPredicates, now, ...waiting }: Attesting,
): Promise<Attested> {
  const { predicateType, also = [] } = words;
  const write = (predicate: object): Buffer => {
    checkPredicate(`evidence for ${formatReference(image)}`, predicateType, predicate, schemas);
    return writeStatement([image.digest, ...also], predicateType, sorted(predicate));
  };
  const ready = "predicate" in words ? write(words.predicate) : undefined;
  const pieces = await collectEvidence(registry, image, waiting);
  const before = await findOwn(
    pieces.filter((piece) => says(piece, words, ready)),
    signing,
  );
  const bundle = before
    ? before.bytes
    : await signStatement(ready ?? write("make" in words ? await words.make() : words.predicate), signing);
  const attached = before
    ? { ...before, predicateType, added: false }
    : await attachEvidence(registry, image, bundle, { now, ...waiting });
  const places = await Promise.all(
    also.map((digest) => attachThere(registry, { ...image, digest }, bundle, { now, ...waiting })),
  );
  return { ...describe(bundle, attached), also: places.flat() };
}

/** A digest that the repository does not have has nothing there that it could be said about. */
async function attachThere(
  registry: Registry,
  image: PinnedReference,
  bundle: Uint8Array,
  attaching: Attaching,
): Promise<readonly Digest[]> {
  try {
    await attachEvidence(registry, image, bundle, attaching);
    return [image.digest];
  } catch (error) {
    if (error instanceof RegistryError && error.code === "not-found") return [];
    throw error;
  }
}

/** The signer is asked who it is only where there is something that it may have signed. */
async function findOwn(
  pieces: readonly AttachedPiece[],
  signing: Signing,
): Promise<AttachedPiece | undefined> {
  if (pieces.length === 0) return undefined;
  const own = await identify(signing);
  return pieces.find((piece) => isBy(piece, own));
}

/** Whether a piece says these very words, or others that will do. */
function says({ source, bytes }: AttachedPiece, words: Words, ready: Buffer | undefined): boolean {
  try {
    const { content } = parseBundle(source, bytes);
    if (!("payload" in content) || content.payloadType !== PAYLOAD_TYPE) return false;
    if (ready) return evidenceId(content) === evidenceId(toEnvelope(PAYLOAD_TYPE, ready));
    const { predicateType, predicate } = parseStatement(source, content.payload);
    return predicateType === words.predicateType && "suffices" in words && words.suffices(predicate);
  } catch (error) {
    // Somebody else's broken piece; verifying says what is wrong with it.
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}

function describe(bytes: Uint8Array, attached: Omit<AttachedEvidence, "id">): Omit<Attested, "also"> {
  const bundle = parseBundle("evidence", bytes);
  const id = "payload" in bundle.content ? evidenceId(bundle.content) : "";
  const { predicateType, referrer, added } = attached;
  return { id, predicateType, referrer, added, signer: signerOf(bundle), time: timeOf(bundle) };
}

/** Keys in one order, whoever hands them over: the same words must give the same bytes. */
function sorted(value: object): object {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
        : part,
    ),
  ) as object;
}
