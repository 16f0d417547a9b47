import type { Digest } from "../../image";
import {
  type Descriptor,
  malformed,
  parseAnnotations,
  parseArtifactType,
  parseDescriptor,
  parseDescriptors,
  show,
} from "./descriptor";
import { isRecord, parseJson } from "./json";
import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  isManifestType,
  type ManifestType,
  mediaTypeOf,
  OCI_INDEX,
  OCI_MANIFEST,
} from "./media-types";

interface CommonContent {
  readonly artifactType?: string;
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ImageContent extends CommonContent {
  readonly kind: "image";
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export interface IndexContent extends CommonContent {
  readonly kind: "index";
  readonly manifests: readonly Descriptor[];
}

/** A manifest as it is stored: what it says, and the very bytes that its digest names. */
export interface Manifest {
  readonly mediaType: ManifestType;
  readonly digest: Digest;
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly content: ImageContent | IndexContent;
}

/** Distribution-spec, "Pushing Manifests": registries take at least this much, and we take no more. */
export const LARGEST_MANIFEST_BYTES = 4 * 1024 * 1024;

export interface ManifestBody {
  readonly mediaType: ManifestType;
  readonly content: Manifest["content"];
}

/** Reads manifest bytes; `contentType` is what came with them, where anything did. */
export function parseManifest(
  bytes: Uint8Array,
  contentType: string | undefined,
  about: string,
): ManifestBody {
  const json = parseJson(bytes);
  if (!isRecord(json)) throw malformed(about, "a manifest in JSON", "something else");
  if (json["schemaVersion"] !== 2) throw malformed(about, "schemaVersion 2", show(json["schemaVersion"]));
  const mediaType = agreedType(mediaTypeOf(contentType), json, about);
  const isIndex = mediaType === OCI_INDEX || mediaType === DOCKER_LIST;
  // One document must not read as two things (GHSA-77vh-xpmg-72qh, CVE-2021-41190).
  const foreign = isIndex ? ["config", "layers", "fsLayers"] : ["manifests", "fsLayers"];
  const both = foreign.find((key) => json[key] !== undefined);
  if (both !== undefined) throw malformed(about, `no "${both}" in a ${mediaType}`, "one");
  return { mediaType, content: isIndex ? parseIndex(json, about) : parseImage(json, about) };
}

function parseImage(json: Record<string, unknown>, about: string): ImageContent {
  return {
    kind: "image",
    config: parseDescriptor(json["config"], about),
    layers: parseDescriptors(json["layers"], about),
    ...parseCommon(json, about),
  };
}

function parseIndex(json: Record<string, unknown>, about: string): IndexContent {
  return {
    kind: "index",
    manifests: parseDescriptors(json["manifests"], about),
    ...parseCommon(json, about),
  };
}

function parseCommon(
  { artifactType, subject, annotations }: Record<string, unknown>,
  about: string,
): CommonContent {
  return {
    ...(artifactType !== undefined && { artifactType: parseArtifactType(artifactType, about) }),
    ...(subject !== undefined && subject !== null && { subject: parseDescriptor(subject, about) }),
    ...(annotations !== undefined &&
      annotations !== null && { annotations: parseAnnotations(annotations, about) }),
  };
}

/** The header and the document must name the same type; either may be silent. */
function agreedType(
  header: string | undefined,
  { mediaType: inside, manifests, layers }: Record<string, unknown>,
  about: string,
): ManifestType {
  if (header !== undefined && !isManifestType(header))
    throw malformed(about, "a manifest's Content-Type", show(header));
  if (inside !== undefined && !isManifestType(inside))
    throw malformed(about, "a manifest's mediaType", show(inside));
  if (header !== undefined && inside !== undefined && header !== inside) {
    throw malformed(about, `the mediaType ${header} of its Content-Type`, inside);
  }
  const named = header ?? inside;
  if (named !== undefined) {
    if (inside === undefined && (named === DOCKER_MANIFEST || named === DOCKER_LIST)) {
      throw malformed(about, "a mediaType inside a docker manifest", "none");
    }
    return named;
  }
  // OCI image-spec: mediaType SHOULD be there, so it need not.
  if (Array.isArray(manifests)) return OCI_INDEX;
  if (Array.isArray(layers)) return OCI_MANIFEST;
  throw malformed(about, "a manifest with manifests or layers", "neither");
}
