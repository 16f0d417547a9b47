import { createHash } from "node:crypto";
import type { TestAnswer, TestHandler, TestRequest } from "./http";

export interface MemoryRegistryOptions {
  /** Whether it has the referrers API (default: yes). */
  readonly referrers?: boolean;
  /** Entries on one page of the referrers API. */
  readonly pageSize?: number;
  /** Whether it filters by artifactType itself (default: yes). */
  readonly filters?: boolean;
  /** Whether it marks manifests with ETag and honours If-Match (default: no, as most). */
  readonly etags?: boolean;
  readonly immutableTags?: boolean;
}

interface StoredManifest {
  readonly type: string;
  readonly bytes: Buffer;
}

interface RepositoryStore {
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
  readonly blobs: Map<string, Buffer>;
  readonly uploads: Map<string, Buffer>;
}

export interface MemoryRegistry {
  readonly handler: TestHandler;
  /** What a repository holds, to look into and to spoil. */
  repository(name: string): RepositoryStore;
}

interface Visit {
  readonly request: TestRequest;
  readonly name: string;
  readonly store: RepositoryStore;
  readonly reference: string;
}

const ROUTE = /^\/v2\/(?<name>.+)\/(?<kind>manifests|blobs\/uploads|blobs|referrers)\/(?<reference>[^/]*)$/;
const INDEX = "application/vnd.oci.image.index.v1+json";

/** A small registry that works (distribution-spec 1.1), for tests: everything is in memory, everybody may write. */
export function memoryRegistry(options: MemoryRegistryOptions = {}): MemoryRegistry {
  const repositories = new Map<string, RepositoryStore>();
  const repository = (name: string): RepositoryStore => {
    const known = repositories.get(name);
    if (known) return known;
    const fresh = { manifests: new Map(), tags: new Map(), blobs: new Map(), uploads: new Map() };
    repositories.set(name, fresh);
    return fresh;
  };
  const handler = async (request: TestRequest): Promise<TestAnswer> => {
    const { name, kind, reference } = ROUTE.exec(decodeURIComponent(request.url.pathname))?.groups ?? {};
    if (name === undefined || reference === undefined) return problem(404, "NAME_UNKNOWN");
    const visit = { request, name, reference, store: repository(name) };
    if (kind === "manifests") return manifests(visit, options);
    if (kind === "blobs") return blobs(visit);
    if (kind === "referrers") return referrers(visit, options);
    return uploads(visit, repository);
  };
  return { handler, repository };
}

export function sha256(bytes: Uint8Array): string {
  return hash("sha256", bytes);
}

async function manifests(visit: Visit, options: MemoryRegistryOptions): Promise<TestAnswer> {
  const { request, store, reference } = visit;
  if (request.method === "PUT") return putManifest(visit, options);
  const digest = reference.includes(":") ? reference : store.tags.get(reference);
  const found = digest === undefined ? undefined : store.manifests.get(digest);
  if (digest === undefined || !found) return problem(404, "MANIFEST_UNKNOWN");
  const etag = options.etags === true ? { etag: `"${digest}"` } : {};
  const length = { "content-length": String(found.bytes.length) };
  const headers = { "content-type": found.type, "docker-content-digest": digest, ...length, ...etag };
  return { status: 200, headers, body: found.bytes };
}

async function putManifest(visit: Visit, options: MemoryRegistryOptions): Promise<TestAnswer> {
  const { request, name, store, reference } = visit;
  const bytes = await request.read();
  const isTag = !reference.includes(":");
  const digest = isTag ? sha256(bytes) : reference;
  if (digest !== hash(digest.split(":")[0] ?? "", bytes)) return problem(400, "DIGEST_INVALID");
  const current = store.tags.get(reference);
  if (isTag && options.etags === true && !mayWrite(request, current))
    return problem(412, "PRECONDITION_FAILED");
  if (isTag && options.immutableTags === true && current !== undefined && current !== digest) {
    return problem(
      400,
      "TAG_INVALID",
      "The tag already exists and cannot be overwritten because it is immutable.",
    );
  }
  store.manifests.set(digest, { type: request.headers["content-type"] ?? "", bytes });
  if (isTag) store.tags.set(reference, digest);
  const { subject } = JSON.parse(bytes.toString()) as { subject?: { digest: string } };
  const noted = subject && options.referrers !== false ? { "oci-subject": subject.digest } : {};
  const location = `/v2/${name}/manifests/${digest}`;
  return { status: 201, headers: { location, "docker-content-digest": digest, ...noted } };
}

function mayWrite({ headers }: TestRequest, current: string | undefined): boolean {
  if (headers["if-none-match"] === "*") return current === undefined;
  return headers["if-match"] === undefined || headers["if-match"] === `"${current ?? ""}"`;
}

function blobs({ request, store, reference }: Visit): TestAnswer {
  const bytes = store.blobs.get(reference);
  if (!bytes) return problem(404, "BLOB_UNKNOWN");
  const from = /^bytes=(\d+)-$/.exec(request.headers["range"] ?? "")?.[1];
  const headers = { "content-type": "application/octet-stream", "docker-content-digest": reference };
  if (from === undefined) {
    return { status: 200, headers: { ...headers, "content-length": String(bytes.length) }, body: bytes };
  }
  const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
  return { status: 206, headers: { ...headers, "content-range": range }, body: bytes.subarray(Number(from)) };
}

async function uploads(visit: Visit, repository: (name: string) => RepositoryStore): Promise<TestAnswer> {
  const { request, name, store, reference } = visit;
  if (request.method === "POST") return startUpload(visit, repository);
  const session = store.uploads.get(reference);
  if (!session) return problem(404, "BLOB_UPLOAD_UNKNOWN");
  const location = `/v2/${name}/blobs/uploads/${reference}`;
  const accepted = (bytes: Buffer, status: number): TestAnswer => ({
    status,
    headers: { location, range: `0-${Math.max(0, bytes.length - 1)}` },
  });
  if (request.method === "GET") return accepted(session, 204);
  const start = /^(\d+)-\d+$/.exec(request.headers["content-range"] ?? "")?.[1];
  if (start !== undefined && Number(start) !== session.length) return accepted(session, 416);
  const bytes = Buffer.concat([session, await request.read()]);
  store.uploads.set(reference, bytes);
  if (request.method === "PATCH") return accepted(bytes, 202);
  const digest = request.url.searchParams.get("digest") ?? "";
  if (hash(digest.split(":")[0] ?? "", bytes) !== digest) return problem(400, "DIGEST_INVALID");
  store.blobs.set(digest, bytes);
  store.uploads.delete(reference);
  return {
    status: 201,
    headers: { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest },
  };
}

function startUpload(visit: Visit, repository: (name: string) => RepositoryStore): TestAnswer {
  const { request, name, store } = visit;
  const mount = request.url.searchParams.get("mount");
  const from = request.url.searchParams.get("from");
  const bytes = mount !== null && from !== null ? repository(from).blobs.get(mount) : undefined;
  if (mount !== null && bytes) {
    store.blobs.set(mount, bytes);
    return { status: 201, headers: { location: `/v2/${name}/blobs/${mount}` } };
  }
  const session = `session-${store.uploads.size + 1}-${Math.random().toString(36).slice(2)}`;
  store.uploads.set(session, Buffer.alloc(0));
  return { status: 202, headers: { location: `/v2/${name}/blobs/uploads/${session}`, range: "0-0" } };
}

function referrers({ request, store, reference }: Visit, options: MemoryRegistryOptions): TestAnswer {
  if (options.referrers === false) return problem(404, "UNSUPPORTED");
  const { filters = true, pageSize = Infinity } = options;
  const wanted = filters ? request.url.searchParams.get("artifactType") : null;
  const all = [...store.manifests]
    .map(([digest, { type, bytes }]) => describe(digest, type, bytes))
    .filter(
      ({ subject, entry }) => subject === reference && (wanted === null || entry.artifactType === wanted),
    )
    .map(({ entry }) => entry);
  const start = Number(request.url.searchParams.get("n") ?? 0);
  const headers: Record<string, string> = { "content-type": INDEX };
  if (wanted !== null) headers["oci-filters-applied"] = "artifactType";
  if (start + pageSize < all.length) {
    const next = new URL(request.url);
    next.searchParams.set("n", String(start + pageSize));
    headers["link"] = `<${next.pathname}${next.search}>; rel="next"`;
  }
  const index = { schemaVersion: 2, mediaType: INDEX, manifests: all.slice(start, start + pageSize) };
  return { status: 200, headers, body: JSON.stringify(index) };
}

function describe(digest: string, mediaType: string, bytes: Buffer) {
  const manifest = JSON.parse(bytes.toString()) as {
    artifactType?: string;
    config?: { mediaType: string };
    annotations?: Record<string, string>;
    subject?: { digest: string };
  };
  const artifactType = manifest.artifactType ?? manifest.config?.mediaType;
  const { annotations, subject } = manifest;
  return {
    subject: subject?.digest,
    entry: { mediaType, digest, size: bytes.length, artifactType, annotations },
  };
}

function hash(algorithm: string, bytes: Uint8Array): string {
  return `${algorithm}:${createHash(algorithm === "sha512" ? "sha512" : "sha256")
    .update(bytes)
    .digest("hex")}`;
}

function problem(status: number, code: string, message = ""): TestAnswer {
  const headers = { "content-type": "application/json" };
  return { status, headers, body: JSON.stringify({ errors: [{ code, message }] }) };
}
