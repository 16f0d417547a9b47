import {
  EvidenceError,
  evidenceId,
  isAbout,
  parseBundle,
  parseStatement,
  readReferrer,
  type Referrer,
  writeReferrer,
} from "../evidence";
import { type Digest, formatReference, type PinnedReference } from "../image";
import { digestOf, type Registry, type Repository, type Waiting } from "../registry";
import { collect } from "./collect";

export interface AttachedEvidence {
  /** Hash of what was signed: the same for the same words, whoever signs them. */
  readonly id: string;
  readonly predicateType: string;
  /** The manifest that attaches it. */
  readonly referrer: Digest;
  /** False where this very bundle was attached before. */
  readonly added: boolean;
}

export interface Attaching extends Waiting {
  readonly now: Date;
}

/** Attaches a bundle to the image that it is about, as cosign 3 does; a bundle that is there already stays alone. */
export async function attachEvidence(
  registry: Registry,
  image: PinnedReference,
  bundle: Uint8Array,
  { now, ...waiting }: Attaching,
): Promise<AttachedEvidence> {
  const { id, predicateType } = readBundle(image, bundle);
  const [subject, { pieces }] = await Promise.all([
    registry.resolve({ ...image, tag: undefined }, waiting),
    collect(registry, image, waiting),
  ]);
  const before = pieces.find((piece) => piece.bundle === digestOf(bundle));
  if (before) return { id, predicateType, referrer: before.referrer, added: false };
  const referrer = writeReferrer(subject, Buffer.from(bundle), predicateType, now);
  await putBundle(registry, image, referrer, waiting);
  return { id, predicateType, referrer: referrer.manifest.digest, added: true };
}

/** Stores a bundle under the manifest that attaches it; again, it is the same one. */
export async function putBundle(
  registry: Registry,
  repository: Repository,
  { manifest, blobs }: Referrer,
  waiting: Waiting,
): Promise<void> {
  await Promise.all(
    blobs.map(({ digest, bytes }) =>
      registry.putBlob(repository, { digest, size: bytes.length }, () => once(bytes), waiting),
    ),
  );
  await registry.putReferrer(repository, manifest, waiting);
}

/** Whether a piece of evidence is still attached, manifest and content; a registry that does not answer is an error. */
export async function isAttached(
  registry: Registry,
  image: PinnedReference,
  referrer: string,
  waiting: Waiting = {},
): Promise<boolean> {
  const { referrers } = await registry.listReferrers(image, image.digest, waiting);
  const listed = referrers.find(({ digest }) => digest === referrer);
  // A list under a tag still names what was deleted.
  if (!listed || !(await registry.hasManifest(image, listed.digest, waiting))) return false;
  const { bytes } = await registry.getManifest(image, listed.digest, waiting);
  const bundles = readReferrer(formatReference(image), bytes, image.digest);
  const there = await Promise.all(bundles.map((bundle) => registry.hasBlob(image, bundle, waiting)));
  return there.length > 0 && there.every(Boolean);
}

/** What is about another image is never attached to this one: nobody could use it there. */
function readBundle(
  image: PinnedReference,
  bytes: Uint8Array,
): Pick<AttachedEvidence, "id" | "predicateType"> {
  const about = `bundle for ${formatReference(image)}`;
  const { content } = parseBundle(about, bytes);
  if (!("payload" in content)) {
    throw new EvidenceError("payload-type", {
      about,
      expected: "a signed in-toto statement (DSSE envelope)",
      found: "a signature over a file",
      next: "Sign an in-toto statement instead.",
    });
  }
  const statement = parseStatement(about, content.payload);
  if (!isAbout(statement, image.digest)) {
    throw new EvidenceError("subject-mismatch", {
      about,
      expected: `a statement about ${image.digest}`,
      found: JSON.stringify(statement.subjects.slice(0, 3).map(({ digest }) => digest)),
      next: "Attach it to the image that it is about.",
    });
  }
  return { id: evidenceId(content), predicateType: statement.predicateType };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
