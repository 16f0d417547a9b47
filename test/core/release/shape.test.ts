import { digestOf, OCI_INDEX, OCI_MANIFEST, type Registry } from "@waybill/core/registry";
import { shapeOf } from "@waybill/core/release";

const REPOSITORY = "registry.example/hello";
type Stored = ReturnType<typeof stored>;

function stored(mediaType: string, content: object) {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
  return { mediaType, digest: digestOf(bytes), size: bytes.length, bytes, content };
}

const config = (content: object | string) => {
  const bytes = Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
  return {
    mediaType: "application/vnd.oci.image.config.v1+json",
    digest: digestOf(bytes),
    size: bytes.length,
    bytes,
  };
};

const LINUX = config({ os: "linux", architecture: "amd64" });

function image(sizes: readonly number[], of = LINUX): Stored {
  const layers = sizes.map((size, index) => ({
    mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    digest: digestOf(Buffer.from(`${size} ${index}`)),
    size,
  }));
  const { mediaType, digest, size } = of;
  return stored(OCI_MANIFEST, { kind: "image", config: { mediaType, digest, size }, layers });
}

function index(...children: readonly { of: Stored; platform?: object; annotations?: object }[]): Stored {
  const manifests = children.map(({ of: { mediaType, digest, size }, ...rest }) => ({
    mediaType,
    digest,
    size,
    ...rest,
  }));
  return stored(OCI_INDEX, { kind: "index", manifests });
}

/** Answers for what it holds, and throws on everything else. */
function registryWith(manifests: readonly Stored[], blobs = [LINUX]): Registry {
  const get = <Held extends { digest: string }>(held: readonly Held[], digest: string): Promise<Held> => {
    const found = held.find((one) => one.digest === digest);
    return found ? Promise.resolve(found) : Promise.reject(new Error(`nothing under ${digest}`));
  };
  return {
    getManifest: (_: unknown, reference: string) => get(manifests, reference),
    readBlob: async (_: unknown, { digest }: { digest: string }) => (await get(blobs, digest)).bytes,
  } as unknown as Registry;
}

const shape = (top: Stored, all: readonly Stored[], blobs = [LINUX]) =>
  shapeOf(registryWith([top, ...all], blobs), { repository: REPOSITORY, digest: top.digest });

test("an image for one platform says in its config which one", async () => {
  const one = image([100, 200]);
  expect(await shape(one, [])).toEqual([{ platform: "linux/amd64", layers: 2, bytes: 300 + LINUX.size }]);
});

test.each(["no JSON", "{}", '{"os":1,"architecture":"amd64"}'])(
  "a config that does not say it: %s",
  async (text) => {
    const odd = config(text);
    expect(await shape(image([1], odd), [], [odd])).toMatchObject([{ platform: "unknown" }]);
  },
);

test("PRO-018: each child of an index counts, whatever it calls itself; BuildKit's attestations do not", async () => {
  const [amd, arm, proof, odd] = [image([1]), image([2]), image([3]), image([4])];
  const top = index(
    { of: amd, platform: { os: "linux", architecture: "amd64" } },
    { of: arm, platform: { os: "linux", architecture: "arm64", variant: "v8" } },
    {
      of: proof,
      platform: { os: "unknown", architecture: "unknown" },
      annotations: { "vnd.docker.reference.type": "attestation-manifest" },
    },
    { of: odd, platform: { os: "unknown", architecture: "unknown" } },
  );
  const found = await shape(top, [amd, arm, proof, odd]);
  expect(found.map(({ platform }) => platform)).toEqual(["linux/amd64", "linux/arm64/v8", "unknown/unknown"]);
});

test("PRO-019: an index in an index is looked through, to a limit", async () => {
  const bottom = image([1]);
  const inner = index({ of: bottom, platform: { os: "linux", architecture: "amd64" } });
  const middle = index({ of: inner });
  const top = index({ of: middle });
  expect(await shape(middle, [inner, bottom])).toMatchObject([{ platform: "linux/amd64" }]);
  await expect(shape(top, [middle, inner, bottom])).rejects.toMatchObject({ code: "nested-index" });
});

test("PRO-016: a child that is not there by its digest is an error, never left out", async () => {
  await expect(shape(index({ of: image([1]) }), [])).rejects.toThrow(/nothing under/);
});
