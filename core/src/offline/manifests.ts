import { createHash } from "node:crypto";
import { type Digest, parseDigest, type PinnedReference, splitDigest } from "../image";
import type { Manifest, Registry, Waiting } from "../registry";
import { unusable } from "./error";
import type { Content } from "./file";
import { MOST } from "./limits";

/** The image's manifest and all that it names, breadth first. What is missing in the registry is an error. */
export async function fetchManifests(
  registry: Registry,
  image: PinnedReference,
  waiting: Waiting,
): Promise<readonly Manifest[]> {
  const found = new Map<Digest, Manifest>();
  let wanted: readonly Digest[] = [image.digest];
  while (wanted.length > 0) {
    assertBounded(image.digest, found.size + wanted.length, 0);
    const manifests = await Promise.all(wanted.map((digest) => registry.getManifest(image, digest, waiting)));
    manifests.forEach((manifest) => found.set(manifest.digest, manifest));
    assertBounded(
      image.digest,
      found.size,
      [...found.values()].reduce((sum, { size }) => sum + size, 0),
    );
    const children = manifests.flatMap(({ content }) => (content.kind === "index" ? content.manifests : []));
    wanted = [...new Set(children.map(({ digest }) => digest))].filter((digest) => !found.has(digest));
  }
  return [...found.values()];
}

export function toManifestRecords(manifests: readonly Manifest[]): Content["manifests"] {
  return manifests.map(({ digest, mediaType, bytes }) => ({
    digest,
    mediaType,
    bytes: Buffer.from(bytes).toString("base64"),
  }));
}

/** Each under its digest, the image's own first, all that are named, and none that is not. */
export function checkManifests(about: string, manifests: Content["manifests"], image: Digest): void {
  const known = new Set<string>([image]);
  for (const { digest, bytes } of manifests) {
    const raw = Buffer.from(bytes, "base64");
    if (!known.has(digest)) {
      throw unusable("manifest-mismatch", about, "manifests of the image only", digest);
    }
    const { algorithm } = splitDigest(parseDigest(digest));
    const actual = `${algorithm}:${createHash(algorithm).update(raw).digest("hex")}`;
    if (actual !== digest)
      throw unusable("manifest-mismatch", about, `a manifest with the digest ${digest}`, actual);
    childrenOf(about, raw).forEach((child) => known.add(child));
  }
  const missing = [...known].find((digest) => !manifests.some((manifest) => manifest.digest === digest));
  if (missing !== undefined) throw unusable("manifest-mismatch", about, `the manifest ${missing}`, "none");
}

function childrenOf(about: string, bytes: Buffer): string[] {
  try {
    const { manifests = [] } = JSON.parse(bytes.toString()) as { manifests?: { digest: string }[] };
    return manifests.map(({ digest }) => parseDigest(digest));
  } catch (cause) {
    throw unusable("manifest-mismatch", about, "manifests in JSON", "something else", cause);
  }
}

function assertBounded(about: string, count: number, bytes: number): void {
  if (count <= MOST.manifests && bytes <= MOST.manifestBytes) return;
  const expected = `at most ${MOST.manifests} manifests with ${MOST.manifestBytes} bytes`;
  throw unusable("too-large", about, expected, `${count} with ${bytes} bytes`);
}
