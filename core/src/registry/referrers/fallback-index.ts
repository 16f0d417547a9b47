import type { Digest } from "../../image";
import { type Descriptor, digestAtDoor, malformed } from "../content/descriptor";
import { isRecord, parseJson } from "../content/json";
import type { Manifest } from "../content/manifest";
import { OCI_INDEX } from "../content/media-types";
import { toManifest } from "../manifests";

type Entry = Readonly<Record<string, unknown>>;

/** A fallback index as others wrote it: what we do not know is kept as it is. */
export interface FallbackIndex {
  readonly rest: Readonly<Record<string, unknown>>;
  readonly entries: ReadonlyMap<Digest, Entry>;
}

const EMPTY = { schemaVersion: 2 };

export function readIndex(manifest: Manifest | undefined, about: string): FallbackIndex {
  const json = manifest === undefined ? EMPTY : parseJson(manifest.bytes);
  if (!isRecord(json)) throw malformed(about, "an index", "something else");
  const { manifests, ...rest } = json;
  const entries = (Array.isArray(manifests) ? (manifests as unknown[]) : [])
    .filter(isRecord)
    .map((entry) => [digestAtDoor(entry["digest"], about), entry] as const);
  return { rest: { ...rest, mediaType: OCI_INDEX }, entries: new Map(entries) };
}

export function withEntries(
  { rest, entries }: FallbackIndex,
  added: ReadonlyMap<Digest, Entry>,
): FallbackIndex {
  return { rest, entries: new Map([...entries, ...added]) };
}

export function writeIndex({ rest, entries }: FallbackIndex, about: string): Manifest {
  const json = { ...rest, manifests: [...entries.values()] };
  return toManifest({ bytes: Buffer.from(JSON.stringify(json)), mediaType: OCI_INDEX }, about);
}

export function toEntry({ mediaType, digest, size, artifactType, annotations }: Descriptor): Entry {
  return {
    mediaType,
    digest,
    size,
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations && { annotations }),
  };
}
