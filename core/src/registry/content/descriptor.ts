import { type Digest, parseDigest, quote } from "../../image";
import { registryError } from "../errors";
import { isRecord } from "./json";

/** OCI image-spec, "Content Descriptors". */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** RFC 6838, 4.2. */
const MEDIA_TYPE = /^[A-Za-z0-9][\w!#$&^.+-]{0,126}\/[A-Za-z0-9][\w!#$&^.+-]{0,126}$/;

export function isMediaType(value: unknown): value is string {
  return typeof value === "string" && MEDIA_TYPE.test(value);
}

/** Takes a descriptor in at the door; `about` says where it stood. */
export function parseDescriptor(value: unknown, about: string): Descriptor {
  if (!isRecord(value)) throw malformed(about, "a descriptor", "something else");
  const { mediaType, size, artifactType, annotations, platform } = value;
  if (!isMediaType(mediaType)) throw malformed(about, "a mediaType", show(mediaType));
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw malformed(about, "a size in bytes", show(size));
  }
  return {
    mediaType,
    digest: digestAtDoor(value["digest"], about),
    size,
    ...(artifactType !== undefined && { artifactType: parseArtifactType(artifactType, about) }),
    ...(annotations !== undefined && { annotations: parseAnnotations(annotations, about) }),
    ...(platform !== undefined && { platform: parsePlatform(platform, about) }),
  };
}

/** Registries written in Go say null where a list is empty. */
export function parseDescriptors(value: unknown, about: string): readonly Descriptor[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw malformed(about, "a list of descriptors", show(value));
  return value.map((entry) => parseDescriptor(entry, about));
}

export function parseAnnotations(value: unknown, about: string): Readonly<Record<string, string>> {
  if (!isRecord(value)) throw malformed(about, "annotations as an object", show(value));
  for (const text of Object.values(value)) {
    if (typeof text !== "string") throw malformed(about, "annotations that are texts", show(text));
  }
  return value as Record<string, string>;
}

export function parseArtifactType(value: unknown, about: string): string {
  // Old clients wrote an empty one where they meant none.
  if (value === "" || isMediaType(value)) return value;
  throw malformed(about, "an artifactType", show(value));
}

export function digestAtDoor(value: unknown, about: string): Digest {
  try {
    if (typeof value === "string") return parseDigest(value);
  } catch (cause) {
    throw malformed(about, "a sha256 or sha512 digest", show(value), cause);
  }
  throw malformed(about, "a sha256 or sha512 digest", show(value));
}

function parsePlatform(value: unknown, about: string): Platform {
  if (!isRecord(value)) throw malformed(about, "a platform", show(value));
  const { os, architecture, variant } = value;
  if (typeof os !== "string" || typeof architecture !== "string") {
    throw malformed(about, "a platform with os and architecture", "another");
  }
  return { os, architecture, ...(typeof variant === "string" && { variant }) };
}

export function malformed(about: string, expected: string, found: string, cause?: unknown): Error {
  return registryError("malformed", { about, expected, found }, { cause });
}

export function show(value: unknown): string {
  if (value === undefined || value === null) return "none";
  return typeof value === "string" ? quote(value) : `a JSON ${Array.isArray(value) ? "list" : typeof value}`;
}
