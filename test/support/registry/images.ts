import { type Digest, parseDigest } from "@waybill/core/image";
import { type Attachment, type Descriptor, OCI_INDEX, OCI_MANIFEST } from "@waybill/core/registry";
import { type MemoryRegistry, sha256 } from "./memory-registry";

export const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** Puts bytes under their digest and says how they are called. */
export function addBlob(registry: MemoryRegistry, name: string, content: string | Buffer): Descriptor {
  const bytes = Buffer.from(content);
  const digest = digestFor(bytes);
  registry.repository(name).blobs.set(digest, bytes);
  return { mediaType: "application/octet-stream", digest, size: bytes.length };
}

/** Puts an image with one layer into a repository, as if somebody had pushed it long ago. */
export function addImage(registry: MemoryRegistry, name: string, content: string, tag?: string): Descriptor {
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: addBlob(registry, name, `{"config":${JSON.stringify(content)}}`),
    layers: [addBlob(registry, name, content)],
  };
  return addManifest(registry, name, manifest, tag);
}

/** Puts any JSON as a manifest; `raw` texts go in as they are. */
export function addManifest(registry: MemoryRegistry, name: string, raw: unknown, tag?: string): Descriptor {
  const bytes = Buffer.from(typeof raw === "string" ? raw : JSON.stringify(raw));
  const { mediaType = OCI_MANIFEST } = JSON.parse(bytes.toString()) as { mediaType?: string };
  const digest = digestFor(bytes);
  const store = registry.repository(name);
  store.manifests.set(digest, { type: mediaType, bytes });
  if (tag !== undefined) store.tags.set(tag, digest);
  return { mediaType, digest, size: bytes.length };
}

/** A manifest that names a subject; by itself it is on no list of a registry without the referrers API. */
export function addReferrer(
  registry: MemoryRegistry,
  name: string,
  subject: Descriptor,
  content: string,
  artifactType = BUNDLE_TYPE,
): Descriptor {
  const config = { ...addBlob(registry, name, "{}"), mediaType: "application/vnd.oci.empty.v1+json" };
  const layers = [{ ...addBlob(registry, name, content), mediaType: artifactType }];
  const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, artifactType, config, layers, subject };
  return { ...addManifest(registry, name, manifest), artifactType };
}

/** A bundle to hang onto an image. */
export function attachment(content: string): Attachment {
  return { artifactType: BUNDLE_TYPE, layers: [{ mediaType: BUNDLE_TYPE, bytes: Buffer.from(content) }] };
}

/** The tag under which clients keep the referrers of a digest (distribution-spec, "Referrers Tag Schema"). */
export function tagOf(digest: string): string {
  return digest.replace(":", "-").slice(0, "sha256-".length + 64);
}

export function indexOf(manifests: readonly Descriptor[]): object {
  return { schemaVersion: 2, mediaType: OCI_INDEX, manifests };
}

export function digestFor(content: string | Uint8Array): Digest {
  return parseDigest(sha256(Buffer.from(content)));
}
