import {
  EvidenceError,
  LIMITS,
  type Piece,
  readReferrer,
  type Refused,
  type Descriptor as BundleDescriptor,
} from "../evidence";
import { type Digest, formatReference, type PinnedReference } from "../image";
import {
  type Descriptor,
  OCI_EMPTY,
  type Registry,
  RegistryError,
  type RegistryErrorCode,
  type Waiting,
} from "../registry";
import { notEvidence, tooMany } from "./refusals";

/** A bundle in a registry, and the manifest that attaches it to its image. */
export interface AttachedPiece extends Piece {
  readonly referrer: Digest;
  readonly bundle: Digest;
}

/** Everything that is attached to an image and says it is evidence; what cannot be read is told apart. */
export interface Collection {
  readonly pieces: readonly AttachedPiece[];
  readonly refused: readonly Refused[];
}

interface Layer {
  readonly source: string;
  readonly referrer: Digest;
  readonly descriptor: BundleDescriptor;
}

/**
 * The sigstore bundles of an image. Empty means that the registry has none; a registry that does not answer is a
 * `RegistryError`, and too many of them an `EvidenceError`.
 */
export async function collectEvidence(
  registry: Registry,
  image: PinnedReference,
  waiting: Waiting = {},
): Promise<readonly AttachedPiece[]> {
  return (await collect(registry, image, waiting)).pieces;
}

/** One list, and for each bundle its manifest and its content. One broken referrer spoils nothing (SIG-072). */
export async function collect(
  registry: Registry,
  image: PinnedReference,
  waiting: Waiting = {},
): Promise<Collection> {
  const { referrers } = await registry.listReferrers(image, image.digest, waiting);
  return collectFrom(registry, image, referrers, waiting);
}

/** The same, of some of what the registry lists. */
export async function collectFrom(
  registry: Registry,
  image: PinnedReference,
  referrers: readonly Descriptor[],
  waiting: Waiting = {},
): Promise<Collection> {
  const candidates = referrers.filter(mayBeBundle);
  assertBounded(image, candidates.length, 0);
  const manifests = await Promise.all(
    candidates.map((referrer) => readLayers(registry, image, referrer, waiting)),
  );
  const layers = manifests.flatMap((one) => ("error" in one ? [] : one.layers));
  assertBounded(
    image,
    layers.length,
    layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0),
  );
  const contents = await Promise.all(layers.map((layer) => readPiece(registry, image, layer, waiting)));
  return {
    pieces: contents.filter((one) => "bytes" in one),
    refused: [...manifests, ...contents].filter((one) => "error" in one),
  };
}

/**
 * Only sigstore bundles are fetched. go-containerregistry, and so cosign, writes the type of the config as the artifact
 * type into a fallback list, and some clients write none: there only the manifest tells.
 */
function mayBeBundle({ artifactType = "" }: Descriptor): boolean {
  return (
    artifactType === "" ||
    artifactType === OCI_EMPTY ||
    artifactType.startsWith("application/vnd.dev.sigstore.bundle")
  );
}

async function readLayers(
  registry: Registry,
  image: PinnedReference,
  { digest }: Descriptor,
  waiting: Waiting,
): Promise<{ readonly layers: readonly Layer[] } | Refused> {
  const source = formatReference({ ...image, tag: undefined, digest });
  return orRefused(source, async () => {
    const { bytes } = await registry.getManifest(image, digest, waiting);
    const bundles = readReferrer(source, bytes, image.digest);
    const layers = bundles.map((descriptor, index) => ({
      source: index === 0 ? source : `${source}, bundle ${index + 1}`,
      referrer: digest,
      descriptor,
    }));
    return { layers };
  });
}

function readPiece(
  registry: Registry,
  image: PinnedReference,
  { source, referrer, descriptor }: Layer,
  waiting: Waiting,
): Promise<AttachedPiece | Refused> {
  return orRefused(source, async () => {
    const bytes = await registry.readBlob(image, descriptor, { ...waiting, maxBytes: LIMITS.bundleBytes });
    return { source, referrer, bundle: descriptor.digest, bytes };
  });
}

/** What the registry surely does not have, or has and is no evidence, is refused; what could not be found out is an error. */
async function orRefused<Read>(source: string, read: () => Promise<Read>): Promise<Read | Refused> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof EvidenceError) return { source, predicateType: undefined, error };
    if (error instanceof RegistryError && IS_NO_EVIDENCE.includes(error.code))
      return { source, predicateType: undefined, error: notEvidence(source, error) };
    throw error;
  }
}

/** Manifests are read by their digest: what is malformed then is so for everybody. */
const IS_NO_EVIDENCE: readonly RegistryErrorCode[] = ["not-found", "malformed", "too-large"];

function assertBounded(image: PinnedReference, pieces: number, bytes: number): void {
  if (pieces > LIMITS.pieces || bytes > LIMITS.totalBytes) throw tooMany(image, pieces, bytes);
}
