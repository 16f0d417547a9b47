import type { Digest, ImageReference } from "../image";
import { Authorizer } from "./auth/authorizer";
import { type BlobOutcome, Blobs, type PutBlobOptions } from "./blobs/blobs";
import type { OpenSource } from "./blobs/cursor";
import type { Descriptor } from "./content/descriptor";
import type { Manifest } from "./content/manifest";
import type { Expected } from "./content/verify";
import { Manifests, type NewManifest, toManifest, type Waiting } from "./manifests";
import { Place } from "./place";
import type { ReferrersQuery } from "./referrers/api";
import { type Attached, type Attachment, Attachments } from "./referrers/attach";
import { type Preflight, preflight } from "./referrers/preflight";
import { FallbackPublisher } from "./referrers/publish";
import { type ReferrerList, Referrers } from "./referrers/referrers";
import { type RegistryOptions, toSettings } from "./settings";
import type { Repository } from "./transport/endpoint";
import type { HostReport } from "./transport/host";
import { Transport } from "./transport/transport";

/**
 * A client of OCI registries (distribution-spec 1.1). Every method ends with what was asked for, checked, or with a
 * `RegistryError`; every method can be called off by its signal.
 */
export interface Registry {
  /** What a tag or digest names: one HEAD. */
  resolve(image: ImageReference, waiting?: Waiting): Promise<Descriptor>;
  hasManifest(repository: Repository, digest: Digest, waiting?: Waiting): Promise<boolean>;
  /** The manifest of a digest or tag; its bytes are checked. */
  getManifest(repository: Repository, reference: string, waiting?: Waiting): Promise<Manifest>;
  /** Stores a manifest under its digest, or under a tag, and reads it back. */
  putManifest(
    repository: Repository,
    manifest: NewManifest,
    options?: Waiting & { readonly tag?: string },
  ): Promise<Manifest>;

  hasBlob(repository: Repository, blob: Expected, waiting?: Waiting): Promise<boolean>;
  /** Streams a blob; throws before its last bytes if they are not the right ones. Each iteration asks anew. */
  getBlob(repository: Repository, blob: Expected, waiting?: Waiting): AsyncIterable<Uint8Array>;
  /** A whole blob that must be small. */
  readBlob(
    repository: Repository,
    blob: Expected,
    options: Waiting & { readonly maxBytes: number },
  ): Promise<Uint8Array>;
  /** Stores a blob unless it is there: mounted if possible, else from `open`, which may be called several times. */
  putBlob(
    repository: Repository,
    blob: Expected,
    open: OpenSource,
    options?: PutBlobOptions,
  ): Promise<BlobOutcome>;

  /** What points at a digest. An empty list means that there is nothing; everything else is an error. */
  listReferrers(repository: Repository, subject: Digest, query?: ReferrersQuery): Promise<ReferrerList>;
  /** A referrer's manifest, which must name the subject itself. */
  getReferrer(
    repository: Repository,
    subject: Digest,
    referrer: Descriptor,
    waiting?: Waiting,
  ): Promise<Manifest>;
  /** Hangs something small onto a digest. */
  attach(
    repository: Repository,
    subject: Descriptor,
    attachment: Attachment,
    waiting?: Waiting,
  ): Promise<Attached>;
  /** Stores a ready-made manifest that names a subject; its blobs must be there. */
  putReferrer(repository: Repository, manifest: NewManifest, waiting?: Waiting): Promise<Attached>;
  /** Finds out before any work whether attachments can be listed there. */
  preflight(repository: Repository, waiting?: Waiting): Promise<Preflight>;

  /** What this client has sent to each host so far. */
  report(): readonly HostReport[];
  close(): Promise<void>;
}

export function createRegistry(options: RegistryOptions = {}): Registry {
  const { plainHttp, credentials, trustedRealms, referrers: few, chunkBytes, ...tools } = toSettings(options);
  const transport = new Transport(
    tools,
    (carrier) => new Authorizer(carrier, credentials, trustedRealms, tools.clock),
  );
  const manifests = new Manifests(transport);
  const blobs = new Blobs(transport, chunkBytes);
  const referrers = new Referrers(transport, manifests, few);
  const publisher = new FallbackPublisher(manifests, tools.clock, tools.random);
  const attachments = new Attachments(manifests, blobs, referrers, publisher);
  const at = ({ registry, repository }: Repository): Place => new Place({ registry, repository }, plainHttp);
  return {
    resolve: async (image, waiting = {}) => manifests.resolve(at(image), image, waiting),
    hasManifest: async (repository, digest, waiting = {}) => manifests.has(at(repository), digest, waiting),
    getManifest: async (repository, reference, waiting = {}) =>
      manifests.get(at(repository), reference, waiting),
    putManifest: async (repository, manifest, { tag, signal } = {}) => {
      const place = at(repository);
      const parsed = toManifest(manifest, `push of a manifest to ${place.name(tag)}`);
      return (await manifests.put(place, parsed, tag, { signal })).manifest;
    },
    hasBlob: async (repository, blob, waiting = {}) => blobs.has(at(repository), blob, waiting),
    getBlob: (repository, blob, waiting = {}) => blobs.get(at(repository), blob, waiting),
    readBlob: async (repository, blob, waiting) => blobs.read(at(repository), blob, waiting),
    putBlob: async (repository, blob, open, put = {}) => blobs.put(at(repository), blob, open, put),
    listReferrers: async (repository, subject, query = {}) => referrers.list(at(repository), subject, query),
    getReferrer: async (repository, subject, referrer, waiting = {}) =>
      referrers.get(at(repository), subject, referrer, waiting),
    attach: async (repository, subject, attachment, waiting = {}) =>
      attachments.attach(at(repository), subject, attachment, waiting),
    putReferrer: async (repository, manifest, waiting = {}) =>
      attachments.putReferrer(at(repository), manifest, waiting),
    preflight: async (repository, waiting = {}) => preflight(referrers, manifests, at(repository), waiting),
    report: () => transport.report(),
    close: () => transport.close(),
  };
}
