import { type Digest, type ImageReference, parseDigest, quote } from "../image";
import { type Descriptor, digestAtDoor, malformed, show } from "./content/descriptor";
import { LARGEST_MANIFEST_BYTES, type Manifest, parseManifest } from "./content/manifest";
import { isManifestType, MANIFEST_TYPES, mediaTypeOf } from "./content/media-types";
import { assertDigest, digestMismatch, digestOf } from "./content/verify";
import { registryError, RegistryError } from "./errors";
import type { Place } from "./place";
import type { Answer } from "./transport/answer";
import { readCapped } from "./transport/body";
import type { Call, Transport } from "./transport/transport";

const ACCEPT = MANIFEST_TYPES.join(", ");
const TAG = /^\w[\w.-]{0,127}$/;

export interface Waiting {
  readonly signal?: AbortSignal | undefined;
}

/** Manifest bytes on their way to a registry. */
export interface NewManifest {
  readonly bytes: Uint8Array;
  /** Only needed where the bytes do not say it themselves. */
  readonly mediaType?: string;
  /** The digest under which to store it, where that is known; else its sha256. */
  readonly digest?: Digest;
}

export interface Stored {
  readonly manifest: Manifest;
  /** The subject that the registry took note of; none means that it has no referrers API. */
  readonly subject: Digest | undefined;
}

/** What was found under a name, and what a write over it needs to know. */
export interface Look {
  readonly manifest: Manifest | undefined;
  readonly etag: string | undefined;
  readonly sentAt: number;
}

export interface Update {
  readonly headers: Readonly<Record<string, string>>;
  /** When what was read before is too old to be built on. */
  readonly notAfter: number;
}

export class Manifests {
  constructor(private readonly transport: Transport) {}

  /** One HEAD; a GET only where the registry's HEAD does not say enough. */
  async resolve(
    place: Place,
    { tag, digest }: Pick<ImageReference, "tag" | "digest">,
    { signal }: Waiting,
  ): Promise<Descriptor> {
    const reference = digest ?? tag;
    if (reference === undefined) throw malformed(`image ${place.name()}`, "a tag or a digest", "neither");
    const about = `look-up of ${place.name(reference)}`;
    const call = {
      ...this.call(place, reference, about, signal),
      method: "HEAD",
      expect: [200, 400, 405],
    } as const;
    const told = await this.transport.send(call, (answer) => parseHead(answer, digest));
    return told ?? descriptorOf(await this.get(place, reference, { signal }));
  }

  async has(place: Place, digest: Digest, waiting: Waiting): Promise<boolean> {
    try {
      await this.resolve(place, { tag: undefined, digest }, waiting);
      return true;
    } catch (error) {
      if (error instanceof RegistryError && error.code === "not-found") return false;
      throw error;
    }
  }

  async get(place: Place, reference: string, { signal }: Waiting): Promise<Manifest> {
    const call = this.call(place, reference, `manifest of ${place.name(reference)}`, signal);
    return this.transport.send(call, (answer) => read(answer, reference));
  }

  /** As `get`; undefined where there is none. */
  async find(place: Place, reference: string, waiting: Waiting): Promise<Manifest | undefined> {
    return (await this.look(place, reference, waiting)).manifest;
  }

  async look(place: Place, reference: string, { signal }: Waiting): Promise<Look> {
    const call = this.call(place, reference, `manifest of ${place.name(reference)}`, signal);
    return this.transport.send({ ...call, expect: [200, 404] }, async (answer) => ({
      manifest: answer.status === 404 ? undefined : await read(answer, reference),
      etag: answer.header("etag"),
      sentAt: answer.sentAt,
    }));
  }

  /**
   * Stores a manifest and reads it back by its digest: a registry that writes the JSON anew answers 201 as well
   * (distribution-spec: "exact byte representation").
   */
  async put(place: Place, manifest: Manifest, tag: string | undefined, waiting: Waiting): Promise<Stored> {
    const stored = await this.write(place, manifest, tag ?? manifest.digest, waiting);
    await this.assertStored(place, manifest, waiting);
    return stored;
  }

  /** The bare write; an update of what was read before is never repeated blindly. */
  async write(
    place: Place,
    manifest: Manifest,
    reference: string,
    { signal, update }: Waiting & { readonly update?: Update },
  ): Promise<Stored> {
    const call: Call = {
      ...this.call(place, reference, `push of manifest ${place.name(reference)}`, signal),
      method: "PUT",
      headers: { "content-type": manifest.mediaType, ...update?.headers },
      body: manifest.bytes,
      access: place.access("pull,push"),
      expect: [200, 201, 202],
      ...(update && { retry: false, notAfter: update.notAfter }),
    };
    const subject = await this.transport.send(call, (answer) => parseStored(answer, manifest));
    return { manifest, subject };
  }

  private async assertStored(place: Place, { digest }: Manifest, waiting: Waiting): Promise<void> {
    const found = await this.find(place, digest, waiting);
    if (!found)
      throw digestMismatch(
        `push of manifest ${place.name(digest)}`,
        digest,
        "nothing under that digest after the push",
      );
  }

  private call(place: Place, reference: string, about: string, signal: AbortSignal | undefined): Call {
    assertName(reference, about);
    return {
      about,
      method: "GET",
      url: place.url(`manifests/${reference}`),
      headers: { accept: ACCEPT },
      expect: [200],
      access: place.access("pull"),
      signal,
    };
  }
}

/** Takes manifest bytes in at the door. */
export function toManifest({ bytes, mediaType, digest }: NewManifest, about: string): Manifest {
  if (bytes.length > LARGEST_MANIFEST_BYTES) {
    throw registryError("too-large", {
      about,
      expected: `a manifest of at most ${LARGEST_MANIFEST_BYTES} bytes`,
      found: `${bytes.length}`,
    });
  }
  if (digest !== undefined) assertDigest(bytes, digest, about);
  const body = parseManifest(bytes, mediaType, about);
  return { ...body, digest: digest ?? digestOf(bytes), size: bytes.length, bytes };
}

/** How an index or a referrers list speaks of a manifest (distribution-spec, "Pushing Manifests with Subject"). */
export function descriptorOf({ mediaType, digest, size, content }: Manifest): Descriptor {
  const fallback = content.kind === "image" ? content.config.mediaType : undefined;
  const artifactType = content.artifactType === "" ? fallback : (content.artifactType ?? fallback);
  return {
    mediaType,
    digest,
    size,
    ...(artifactType !== undefined && { artifactType }),
    ...(content.annotations !== undefined && { annotations: content.annotations }),
  };
}

async function read(answer: Answer, reference: string): Promise<Manifest> {
  const { about } = answer;
  const bytes = await readCapped(answer, LARGEST_MANIFEST_BYTES);
  const wanted = reference.includes(":") ? parseDigest(reference) : undefined;
  const claimed = claimedDigest(answer);
  // The bytes decide; a header that contradicts them is a sign that something between us and the registry is wrong.
  if (claimed !== undefined) assertDigest(bytes, claimed, about);
  if (wanted !== undefined) assertDigest(bytes, wanted, about);
  const body = parseManifest(bytes, answer.header("content-type"), about);
  const digest = wanted ?? claimed ?? digestOf(bytes);
  return { ...body, digest, size: bytes.length, bytes };
}

/** Undefined where a GET must say what this HEAD did not. */
function parseHead(answer: Answer, wanted: Digest | undefined): Descriptor | undefined {
  const digest = answer.status === 200 ? claimedDigest(answer) : undefined;
  const mediaType = mediaTypeOf(answer.header("content-type"));
  const length = answer.header("content-length");
  // No manifest is empty: a length of 0 only says that the registry did not look.
  if (digest === undefined || length === undefined || length === "0" || !isManifestType(mediaType))
    return undefined;
  if (wanted !== undefined && digest !== wanted) throw digestMismatch(answer.about, wanted, digest);
  const size = Number(length);
  if (!Number.isSafeInteger(size) || size < 0)
    throw malformed(answer.about, "a Content-Length", quote(length));
  return { mediaType, digest, size };
}

function parseStored(answer: Answer, { digest, content }: Manifest): Digest | undefined {
  const { about } = answer;
  const claimed = claimedDigest(answer);
  if (claimed !== undefined && claimed !== digest) throw digestMismatch(about, digest, claimed);
  const subject = answer.header("oci-subject");
  if (subject === undefined) return undefined;
  const noted = digestAtDoor(subject, about);
  if (noted !== content.subject?.digest) {
    throw malformed(about, `OCI-Subject ${content.subject?.digest ?? "absent"}`, show(subject));
  }
  return noted;
}

function claimedDigest(answer: Answer): Digest | undefined {
  const claim = answer.header("docker-content-digest");
  return claim === undefined ? undefined : digestAtDoor(claim, answer.about);
}

function assertName(reference: string, about: string): void {
  if (reference.includes(":")) digestAtDoor(reference, about);
  else if (!TAG.test(reference)) throw malformed(about, "a tag", quote(reference));
}
