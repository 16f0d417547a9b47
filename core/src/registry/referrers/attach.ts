import { type Descriptor, malformed } from "../content/descriptor";
import { OCI_EMPTY, OCI_MANIFEST } from "../content/media-types";
import { digestOf } from "../content/verify";
import type { Blobs } from "../blobs/blobs";
import { descriptorOf, type Manifests, type NewManifest, toManifest, type Waiting } from "../manifests";
import type { Place } from "../place";
import type { Digest } from "../../image";
import type { Manifest } from "../content/manifest";
import { registryError } from "../errors";
import type { FallbackPublisher } from "./publish";
import type { Referrers } from "./referrers";
import { Turns } from "./turns";

/** Something small to hang onto a digest: a signature bundle, an SBOM. */
export interface Attachment {
  readonly artifactType: string;
  readonly layers: readonly AttachmentLayer[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface AttachmentLayer {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Attached {
  readonly descriptor: Descriptor;
  /** Whether the registry lists it by itself, or clients had to. */
  readonly via: "api" | "tag";
}

const MOST_TRIES = 5;

/** OCI image-spec, "Guidance for an Empty Descriptor". */
const EMPTY_CONFIG = Buffer.from("{}");

export class Attachments {
  /** Registries were seen to lose entries that come at the same time (olareg 0.1.2), so ours come one by one. */
  private readonly turns = new Turns();

  constructor(
    private readonly manifests: Manifests,
    private readonly blobs: Blobs,
    private readonly referrers: Referrers,
    private readonly publisher: FallbackPublisher,
  ) {}

  /** Blobs first, the manifest next, the list last: whoever stops half way leaves nothing that can be seen. */
  async attach(
    place: Place,
    subject: Descriptor,
    attachment: Attachment,
    waiting: Waiting,
  ): Promise<Attached> {
    const contents = [EMPTY_CONFIG, ...attachment.layers.map((layer) => layer.bytes)];
    await Promise.all(contents.map((bytes) => this.putBytes(place, bytes, waiting)));
    return this.putReferrer(place, { bytes: toBytes(subject, attachment), mediaType: OCI_MANIFEST }, waiting);
  }

  /** Stores a manifest that names a subject, and sees to it that it is listed among the subject's referrers. */
  async putReferrer(place: Place, manifest: NewManifest, waiting: Waiting): Promise<Attached> {
    const about = `attachment in ${place.name()}`;
    const parsed = toManifest(manifest, about);
    const { subject } = parsed.content;
    if (subject === undefined) throw malformed(about, "a manifest with a subject", "none");
    const descriptor = descriptorOf(parsed);
    return this.turns.take(place.name(subject.digest), async () => {
      const stored = await this.manifests.put(place, parsed, undefined, waiting);
      if (stored.subject === undefined) {
        await this.publisher.add(place, subject.digest, descriptor, waiting);
        return { descriptor, via: "tag" };
      }
      await this.assertListed(place, parsed, subject.digest, waiting);
      return { descriptor, via: "api" };
    });
  }

  /** A registry that noted the subject must show it; where it lost the entry, it is told again. */
  private async assertListed(
    place: Place,
    manifest: Manifest,
    subject: Digest,
    waiting: Waiting,
  ): Promise<void> {
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const { referrers } = await this.referrers.list(place, subject, waiting);
      if (referrers.some(({ digest }) => digest === manifest.digest)) return;
      await this.publisher.settle(waiting);
      await this.manifests.put(place, manifest, undefined, waiting);
    }
    throw registryError("conflict", {
      about: `attachment ${place.name(manifest.digest)}`,
      expected: `to find it among the referrers of ${subject}`,
      found: "a list without it",
    });
  }

  private async putBytes(place: Place, bytes: Uint8Array, { signal }: Waiting): Promise<void> {
    const source = (): AsyncIterable<Uint8Array> => once(bytes);
    await this.blobs.put(place, { digest: digestOf(bytes), size: bytes.length }, source, { signal });
  }
}

/** The same attachment always gives the same bytes, so that a repeated one is the same one. */
function toBytes(
  { mediaType, digest, size }: Descriptor,
  { artifactType, layers, annotations }: Attachment,
): Uint8Array {
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType,
    config: describe({ mediaType: OCI_EMPTY, bytes: EMPTY_CONFIG }),
    layers: layers.map(describe),
    subject: { mediaType, digest, size },
    ...(annotations && { annotations }),
  };
  return Buffer.from(JSON.stringify(manifest));
}

function describe({ mediaType, bytes, annotations }: AttachmentLayer): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length, ...(annotations && { annotations }) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
