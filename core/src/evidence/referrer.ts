import { createHash } from "node:crypto";
import { type Digest, parseDigest, quote } from "../image";
import type { JsonSchema } from "../schema";
import { refusal } from "./error";
import { parseJson } from "./json";
import { LIMITS } from "./limits";
import { firstMistake } from "./schema";

/** OCI content descriptor. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

export const BUNDLE_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

const MANIFEST_MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json";
const EMPTY_CONFIG = { mediaType: "application/vnd.oci.empty.v1+json", bytes: Buffer.from("{}") };
/** cosign's first bundles, and what sigstore's media type looks like in versions to come. */
const BUNDLE_LAYER =
  /^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.[1-9]\d?\+json|\+json;version=0\.[1-9])$/;

const descriptor: JsonSchema = {
  type: "object",
  required: ["mediaType", "digest", "size"],
  properties: {
    mediaType: { type: "string", maxLength: 255 },
    digest: { type: "string", maxLength: 255 },
    size: { type: "integer", minimum: 0 },
  },
};

const schema: JsonSchema = {
  type: "object",
  required: ["schemaVersion", "config", "layers"],
  properties: {
    schemaVersion: { const: 2 },
    mediaType: { const: MANIFEST_MEDIA_TYPE },
    config: descriptor,
    layers: { type: "array", maxItems: 64, items: descriptor },
    subject: descriptor,
  },
};

interface ManifestJson {
  layers: { mediaType: string; digest: string; size: number }[];
  subject?: { mediaType: string; digest: string; size: number };
  manifests?: unknown;
}

/** A manifest that attaches a bundle to an image, with the two blobs that must be there before it. */
export interface Referrer {
  readonly manifest: { readonly mediaType: string; readonly digest: Digest; readonly bytes: Buffer };
  readonly blobs: readonly { readonly digest: Digest; readonly bytes: Buffer }[];
}

/**
 * As cosign 3 writes it, so that it finds what we write. The annotations only help people to find things: nobody signs them,
 * and nothing here reads them (SIG-071).
 */
export function writeReferrer(
  subject: Descriptor,
  bundle: Buffer,
  predicateType: string,
  created: Date,
  annotations: Readonly<Record<string, string>> = {},
): Referrer {
  const config = { ...EMPTY_CONFIG, digest: digestOf(EMPTY_CONFIG.bytes) };
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_MEDIA_TYPE,
      artifactType: BUNDLE_MEDIA_TYPE,
      config: { mediaType: config.mediaType, digest: config.digest, size: config.bytes.length },
      layers: [{ mediaType: BUNDLE_MEDIA_TYPE, digest: digestOf(bundle), size: bundle.length }],
      subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
      annotations: {
        "dev.sigstore.bundle.content": "dsse-envelope",
        "dev.sigstore.bundle.predicateType": predicateType,
        "org.opencontainers.image.created": created.toISOString().replace(/\.\d+Z$/, "Z"),
        ...annotations,
      },
    }),
  );
  return {
    manifest: { mediaType: MANIFEST_MEDIA_TYPE, digest: digestOf(manifest), bytes: manifest },
    blobs: [config, { digest: digestOf(bundle), bytes: bundle }].map(({ digest, bytes }) => ({
      digest,
      bytes,
    })),
  };
}

/**
 * The bundles that a manifest attaches to an image. What a registry or a fallback tag lists as referrer need not be one: the
 * manifest itself must name the image as its subject (SIG-069, SIG-070).
 */
export function readReferrer(about: string, bytes: Uint8Array, subject: Digest): readonly Descriptor[] {
  if (bytes.length > LIMITS.manifestBytes) {
    throw refusal(
      "bundle-too-large",
      about,
      `a manifest of at most ${LIMITS.manifestBytes} bytes`,
      `${bytes.length}`,
    );
  }
  const json = parseJson(about, bytes, "not-a-referrer");
  const mistake = firstMistake(json, schema);
  if (mistake) throw refusal("not-a-referrer", about, "an OCI image manifest", mistake.found);
  const { layers, subject: named, manifests } = json as ManifestJson;
  if (manifests !== undefined) {
    // One client would read it as an index, another one as a manifest (GHSA-77vh-xpmg-72qh).
    throw refusal("not-a-referrer", about, "either a manifest or an index", "one that is both");
  }
  if (named?.digest !== subject) {
    throw refusal(
      "not-a-referrer",
      about,
      `a manifest with the subject ${subject}`,
      quote(named?.digest ?? "none"),
    );
  }
  const bundles = layers.filter(({ mediaType }) => BUNDLE_LAYER.test(mediaType));
  const large = bundles.find(({ size }) => size > LIMITS.bundleBytes);
  if (large)
    throw refusal(
      "bundle-too-large",
      about,
      `a bundle of at most ${LIMITS.bundleBytes} bytes`,
      `${large.size}`,
    );
  return bundles.map((layer) => ({ ...layer, digest: parseDigest(layer.digest) }));
}

function digestOf(bytes: Buffer): Digest {
  return parseDigest(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
}
