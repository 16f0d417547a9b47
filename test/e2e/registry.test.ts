import { randomBytes } from "node:crypto";
import { parseReference } from "@waybill/core/image";
import {
  anonymous,
  createRegistry,
  type Descriptor,
  digestOf,
  OCI_INDEX,
  OCI_MANIFEST,
  type Registry,
  type RegistryOptions,
} from "@waybill/core/registry";
import {
  altered,
  BUNDLE_TYPE,
  collect,
  type Fault,
  from,
  proxyTo,
  type RunningServer,
  serve,
  withFaults,
} from "../support/registry";
import { startOlareg } from "../support/registry/olareg";

const open: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(open.splice(0).map((one) => one.close())));

function client(options: RegistryOptions = {}): Registry {
  const registry = createRegistry({ credentials: anonymous, ...options });
  open.push(registry);
  return registry;
}

/** REGISTRY_UNDER_TEST=host:port runs the same tests against a registry that is there. */
const given = process.env["REGISTRY_UNDER_TEST"];
const registries: [string, () => Promise<{ host: string; url: string }>][] = [
  ["olareg with the referrers API", () => startOlareg()],
  ["olareg without the referrers API", () => startOlareg(["--api-referrer=false"])],
  ...(given === undefined
    ? []
    : [
        [given, () => Promise.resolve({ host: given, url: `http://${given}` })] as [
          string,
          () => Promise<{ host: string; url: string }>,
        ],
      ]),
];

describe.each(registries)("%s", (_, start) => {
  let host: string;
  let url: string;
  let registry: Registry;
  const repository = `team/app-${randomBytes(4).toString("hex")}`;
  const at = (name = repository) => ({ registry: host, repository: name });

  beforeAll(async () => {
    const running = await start();
    if ("close" in running) open.push(running as { close(): Promise<void> });
    ({ host, url } = running);
    registry = client();
  }, 120_000);

  /** Pushes an image of three layers and gives its descriptor. */
  async function push(name: string, layers: readonly Buffer[], tag?: string): Promise<Descriptor> {
    const config = Buffer.from(
      JSON.stringify({ architecture: "amd64", os: "linux", made: randomBytes(8).toString("hex") }),
    );
    const describe = (bytes: Buffer, mediaType: string) => ({
      mediaType,
      digest: digestOf(bytes),
      size: bytes.length,
    });
    await Promise.all(
      [config, ...layers].map((bytes) => registry.putBlob(at(name), describe(bytes, ""), from(bytes))),
    );
    const manifest = {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: describe(config, "application/vnd.oci.image.config.v1+json"),
      layers: layers.map((bytes) => describe(bytes, "application/vnd.oci.image.layer.v1.tar")),
    };
    const { mediaType, digest, size } = await registry.putManifest(
      at(name),
      { bytes: Buffer.from(JSON.stringify(manifest)) },
      tag === undefined ? {} : { tag },
    );
    return { mediaType, digest, size };
  }

  const layers = () => [1, 2, 3].map(() => randomBytes(1024 * 1024));
  const bundle = (text: string) => ({
    artifactType: BUNDLE_TYPE,
    layers: [{ mediaType: BUNDLE_TYPE, bytes: Buffer.from(text) }],
  });

  /** The same registry behind a proxy that spoils some of its answers. */
  async function spoiled(faults: readonly Fault[]): Promise<RunningServer> {
    const proxy = proxyTo(url);
    const server = await serve(withFaults(proxy.handler, faults));
    open.push(proxy, server);
    return server;
  }

  it("keeps what is pushed: manifest, tag, index, blobs", async () => {
    const content = layers();
    const image = await push(repository, content, "v1");
    expect(await registry.resolve(parseReference(`${host}/${repository}:v1`))).toEqual(image);
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [image] }));
    const { digest } = await registry.putManifest(at(), { bytes: index }, { tag: "all" });
    expect((await registry.getManifest(at(), "all")).digest).toBe(digest);
    const layer = { digest: digestOf(content[0] ?? Buffer.alloc(0)), size: 1024 * 1024 };
    expect(digestOf(await collect(registry.getBlob(at(), layer)))).toBe(layer.digest);
    expect(await registry.hasBlob(at(), { digest: digestOf(randomBytes(8)), size: 8 })).toBe(false);
    await expect(registry.getManifest(at(), "none")).rejects.toMatchObject({ code: "not-found" });
  });

  it("mounts a blob from another repository", async () => {
    const [layer = Buffer.alloc(0)] = layers();
    await push(repository, [layer]);
    const described = { digest: digestOf(layer), size: layer.length };
    const copy = at(`${repository}-copy`);
    expect(await registry.putBlob(copy, described, from(layer), { mountFrom: repository })).toBe("mounted");
    expect(await registry.hasBlob(copy, described)).toBe(true);
  });

  it("lists what is attached, and nothing where nothing is", async () => {
    const [image, bare] = [await push(repository, layers()), await push(repository, layers())];
    const first = await registry.attach(at(), image, bundle("signature"));
    const second = await registry.attach(at(), image, bundle("provenance"));
    const list = await registry.listReferrers(at(), image.digest, { artifactType: BUNDLE_TYPE });
    const expected = [first, second].map(({ descriptor }) => descriptor.digest).sort();
    expect(list.referrers.map(({ digest }) => digest).sort()).toEqual(expected);
    expect(list.via).toBe(first.via);
    expect((await registry.listReferrers(at(), image.digest, { artifactType: "a/b" })).referrers).toEqual([]);
    expect((await registry.listReferrers(at(), bare.digest)).referrers).toEqual([]);
    for (const referrer of list.referrers) {
      const { content } = await registry.getReferrer(at(), image.digest, referrer);
      expect(content.subject?.digest).toBe(image.digest);
    }
    expect(await registry.preflight(at())).toEqual({ via: list.via });
  });

  it("verifying an image with two bundles takes at most five requests", async () => {
    const image = await push(repository, layers(), "two");
    await registry.attach(at(), image, bundle("signature"));
    await registry.attach(at(), image, bundle("provenance"));
    const reader = client();
    const { digest } = await reader.resolve(parseReference(`${host}/${repository}:two`));
    const { referrers, via } = await reader.listReferrers(at(), digest, { artifactType: BUNDLE_TYPE });
    const manifests = await Promise.all(referrers.map((one) => reader.getReferrer(at(), digest, one)));
    expect(manifests).toHaveLength(2);
    // The first image of a repository without the API costs one request more: the one that shows it.
    expect(reader.report()).toEqual([expect.objectContaining({ host, requests: via === "api" ? 4 : 5 })]);
  });

  it("loses no attachment when ten come at once", async () => {
    const image = await push(repository, layers());
    // olareg itself loses entries when several clients push at once; under a tag, even ten clients lose nothing.
    const { via } = await registry.preflight(at());
    const attached = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (via === "api" ? registry : client()).attach(at(), image, bundle(`number ${n}`)),
      ),
    );
    const { referrers } = await registry.listReferrers(at(), image.digest);
    expect(referrers.map(({ digest }) => digest).sort()).toEqual(
      attached.map(({ descriptor }) => descriptor.digest).sort(),
    );
  }, 60_000);

  it("gets through where answers are spoiled on the way", async () => {
    const content = randomBytes(5 * 1024 * 1024);
    const blob = { digest: digestOf(content), size: content.length };
    const proxy = await spoiled([
      { on: "HEAD", then: { status: 503 } },
      { on: "POST", then: { status: 429, headers: { "retry-after": "1" } } },
      { on: "PUT", then: { status: 502 } },
      { on: "PATCH", then: { status: 500, cutAfter: 0 } },
      { on: "GET", then: { status: 504 } },
      { on: /^GET .*\/blobs\/sha256:/, then: altered(() => ({ cutAfter: 2_000_000 })) },
    ]);
    const through = { registry: proxy.host, repository };
    const patient = client({ chunkBytes: 2 * 1024 * 1024 });
    expect(await patient.putBlob(through, blob, from(content))).toBe("uploaded");
    expect(digestOf(await collect(patient.getBlob(through, blob)))).toBe(blob.digest);
    expect(patient.report()[0]).toMatchObject({ rateLimited: 1 });
  }, 60_000);

  it("REG-027: goes on in pieces where the whole is too large for somebody on the way", async () => {
    const content = randomBytes(3 * 1024 * 1024 + 1);
    const proxy = await spoiled([
      { on: "PUT", then: { status: 413 } },
      {
        on: "PATCH",
        then: async (request, next) => {
          await next(request);
          return { status: 502 };
        },
      },
    ]);
    const blob = { digest: digestOf(content), size: content.length };
    const through = { registry: proxy.host, repository };
    expect(await client({ chunkBytes: 1024 * 1024 }).putBlob(through, blob, from(content))).toBe("uploaded");
    expect(digestOf(await collect(registry.getBlob(at(), blob)))).toBe(blob.digest);
  }, 60_000);
});

it("keeps to the pace of a registry that limits its clients", async () => {
  const limited = await startOlareg(["--rate-limit", "5"]);
  open.push(limited);
  const registry = client();
  const missing = Array.from({ length: 20 }, (_, n) => digestOf(Buffer.from(String(n))));
  const there = await Promise.all(
    missing.map((digest) => registry.hasManifest({ registry: limited.host, repository: "team/app" }, digest)),
  );
  expect(there).toEqual(missing.map(() => false));
  expect(registry.report()[0]?.rateLimited).toBeGreaterThan(0);
}, 120_000);
