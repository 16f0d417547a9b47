import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import fc from "fast-check";
import {
  anonymous,
  createRegistry,
  digestOf,
  OCI_INDEX,
  OCI_MANIFEST,
  type Registry,
  RegistryError,
  type Wire,
  type WireResponse,
} from "@waybill/core/registry";
import { collect, digestFor, from, testClock } from "../../support/registry";

/** `FUZZ_RUNS=100000` for the long run; a failure prints its seed and can be repeated. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 1500);

const content = Buffer.from("the content that was asked for");
const blob = { digest: digestFor(content), size: content.length };
const layer = { mediaType: "application/octet-stream", ...blob };
const image = Buffer.from(
  JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: layer, layers: [layer] }),
);
const imageDigest = digestFor(image);
const index = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [{ mediaType: OCI_MANIFEST, digest: imageDigest, size: image.length }],
  }),
);
const app = { registry: "registry.example", repository: "team/app" };

interface Say {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
  readonly end: "whole" | "broken" | "refused";
}

/** Names, digests and texts that mean something to a client, and some that mean nothing. */
const word = fc.oneof(
  fc.constantFrom(
    imageDigest,
    blob.digest,
    digestFor(index),
    OCI_INDEX,
    OCI_MANIFEST,
    "text/html",
    "",
    "0-0",
    "0-9",
    "7",
    "0",
    "-1",
  ),
  fc.constantFrom(
    "bytes 3-29/30",
    'Bearer realm="https://registry.example/t",scope="a b"',
    'Basic realm="x"',
    "Bearer",
    '"',
    "1e99",
    "NaN",
  ),
  fc.constantFrom(
    "/v2/team/app/blobs/uploads/x",
    "https://cdn.example/x",
    "http://127.0.0.1/x",
    "file:///x",
    '<?n=1>; rel="next"',
    "<",
    "Thu, 01 Jan 2026 00:00:09 GMT",
  ),
  fc.string({ maxLength: 20 }).map((text) => text.replace(/[^\x20-\x7e]/g, "")),
);

const headers = fc.dictionary(
  fc.constantFrom(
    ...[
      "content-type",
      "content-length",
      "docker-content-digest",
      "location",
      "range",
      "content-range",
      "link",
      "etag",
    ],
    ...["retry-after", "www-authenticate", "oci-subject", "oci-filters-applied", "oci-chunk-min-length"],
  ),
  word,
  { maxKeys: 6 },
);

/** Honest bodies, honest bodies with one change, and noise. */
const honest = fc.constantFrom<Uint8Array>(
  image,
  index,
  content,
  Buffer.from('{"token":"t"}'),
  Buffer.from('{"errors":[{"code":"DENIED"}]}'),
);
const changed = fc.tuple(honest, fc.nat(), fc.nat(255)).map(([bytes, at, value]) => {
  const copy = Buffer.from(bytes);
  copy[at % copy.length] = value;
  return copy;
});
const body = fc.oneof(
  { weight: 3, arbitrary: honest },
  { weight: 2, arbitrary: changed },
  fc.uint8Array({ maxLength: 50 }),
  fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
);

const say: fc.Arbitrary<Say> = fc.record({
  status: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(200, 201, 202) },
    {
      weight: 4,
      arbitrary: fc.constantFrom(204, 206, 301, 307, 400, 401, 403, 404, 405, 412, 413, 416, 429, 500, 503),
    },
    fc.integer({ min: 200, max: 599 }),
  ),
  headers,
  body,
  end: fc.constantFrom("whole", "whole", "whole", "whole", "broken", "refused"),
});

/** Says these things in turn, and from then on the last one. */
function wireSaying(answers: readonly Say[]): Wire {
  let turn = 0;
  return {
    close: () => Promise.resolve(),
    async send({ body: sent }): Promise<WireResponse> {
      if (sent !== undefined && !(sent instanceof Uint8Array)) await collect(sent);
      const answer = answers[Math.min(turn++, answers.length - 1)];
      if (!answer || answer.end === "refused")
        throw Object.assign(new Error("reset"), { code: "ECONNRESET" });
      return {
        status: answer.status,
        headers: answer.headers,
        discard: () => Promise.resolve(),
        body: (async function* () {
          yield await Promise.resolve(answer.body.subarray(0, answer.end === "whole" ? undefined : 5));
          if (answer.end === "broken")
            throw Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
        })(),
      };
    },
  };
}

/** Every way in, and what must be true of its answer whatever the registry says. */
const operations: Record<string, (registry: Registry) => Promise<void>> = {
  async "manifest by digest"(registry) {
    const manifest = await registry.getManifest(app, imageDigest);
    expect(digestOf(manifest.bytes)).toBe(imageDigest);
  },
  async "manifest by tag"(registry) {
    const manifest = await registry.getManifest(app, "v1");
    expect(digestOf(manifest.bytes, manifest.digest)).toBe(manifest.digest);
    expect(manifest.size).toBe(manifest.bytes.length);
  },
  async resolve(registry) {
    const found = await registry.resolve({ ...app, tag: "v1", digest: imageDigest });
    expect(found.digest).toBe(imageDigest);
  },
  async "whole blob"(registry) {
    expect(Buffer.from(await registry.readBlob(app, blob, { maxBytes: 100 }))).toEqual(content);
  },
  async "is a blob there"(registry) {
    expect(typeof (await registry.hasBlob(app, blob))).toBe("boolean");
  },
  async referrers(registry) {
    const { referrers } = await registry.listReferrers(app, imageDigest, { artifactType: "a/b" });
    expect(referrers.every(({ artifactType, size }) => artifactType === "a/b" && size >= 0)).toBe(true);
  },
  async referrer(registry) {
    const descriptor = { mediaType: OCI_MANIFEST, digest: imageDigest, size: image.length };
    // The image names no subject, so that it can be nobody's referrer.
    await registry.getReferrer(app, digestFor(index), descriptor);
    throw new Error("accepted a referrer without a subject");
  },
  async "put a manifest"(registry) {
    expect((await registry.putManifest(app, { bytes: image }, { tag: "v1" })).digest).toBe(imageDigest);
  },
  async "put a blob"(registry) {
    expect(["present", "mounted", "uploaded"]).toContain(
      await registry.putBlob(app, blob, from(content, 7), { mountFrom: "team/base" }),
    );
  },
  async attach(registry) {
    const subject = { mediaType: OCI_MANIFEST, digest: imageDigest, size: image.length };
    const { via } = await registry.attach(app, subject, {
      artifactType: "a/b",
      layers: [{ mediaType: "a/b", bytes: content }],
    });
    expect(["api", "tag"]).toContain(via);
  },
  async preflight(registry) {
    expect(["api", "tag"]).toContain((await registry.preflight(app)).via);
  },
};

it.each(Object.keys(operations))(
  "whatever a registry says, %s gives a true answer or a RegistryError",
  async (name) => {
    const run = operations[name];
    if (!run) throw new Error(name);
    await fc.assert(
      fc.asyncProperty(fc.array(say, { minLength: 1, maxLength: 6 }), async (answers) => {
        const registry = createRegistry({
          wire: wireSaying(answers),
          credentials: anonymous,
          clock: testClock(),
          random: () => 0.5,
          chunkBytes: 8,
        });
        await run(registry).catch((error: unknown) => {
          if (!(error instanceof RegistryError)) throw error;
          expect(error.message).not.toMatch(/[^\x20-\x7e…]/);
        });
      }),
      { numRuns: Math.ceil(RUNS / Object.keys(operations).length) },
    );
  },
  60_000 + RUNS * 20,
);

/** Bytes as they come over the wire: HTTP with changes, and noise. */
const packet = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(
      fc.constantFrom(image, index, content),
      fc.nat(400),
      fc.nat(255),
      fc.constantFrom(0, 1, 7, 9_999_999),
    )
    .map(([bytes, at, value, more]) => {
      const head = `HTTP/1.1 200 OK\r\nContent-Type: ${OCI_MANIFEST}\r\nContent-Length: ${bytes.length + more}\r\n\r\n`;
      const copy = Buffer.concat([Buffer.from(head), bytes]);
      if (at < copy.length) copy[at] = value;
      return copy;
    }),
);

it("whatever bytes come over a real connection, it ends with the right manifest or a RegistryError", async () => {
  let say = Buffer.alloc(0);
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(say));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const registry = createRegistry({ credentials: anonymous, clock: testClock(), retry: { attempts: 2 } });
  try {
    await fc.assert(
      fc.asyncProperty(packet, async (bytes) => {
        say = bytes;
        const answer = await registry
          .getManifest({ registry: host, repository: "team/app" }, imageDigest)
          .catch((error: unknown) => error);
        if (answer instanceof RegistryError) return;
        expect(digestOf((answer as { bytes: Uint8Array }).bytes)).toBe(imageDigest);
      }),
      { numRuns: Math.min(2000, RUNS) },
    );
  } finally {
    await registry.close();
    server.close();
  }
}, 120_000);
