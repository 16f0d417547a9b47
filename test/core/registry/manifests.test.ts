import { createHash } from "node:crypto";
import { parseDigest, parseReference } from "@waybill/core/image";
import { OCI_MANIFEST, RegistryError } from "@waybill/core/registry";
import {
  addImage,
  addManifest,
  altered,
  bench,
  closeAll,
  digestFor,
  indexOf,
  memoryRegistry,
  sha256,
  withFaults,
} from "../../support/registry";

afterEach(closeAll);

const HEAD = "HEAD /v2/team/app/manifests/";
const GET = "GET /v2/team/app/manifests/";
const PUT = "PUT /v2/team/app/manifests/";
const other = digestFor("something else");

describe("resolving a name", () => {
  it("takes one request", async () => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one", "v1");
    const { registry, server } = await bench(memory.handler);
    expect(await registry.resolve(parseReference(`${server.host}/team/app:v1`))).toEqual(image);
    expect(server.log).toEqual(["HEAD /v2/team/app/manifests/v1"]);
  });

  it("takes the digest where there are both", async () => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    addImage(memory, "team/app", "two", "v1");
    const { registry, server } = await bench(memory.handler);
    const found = await registry.resolve(parseReference(`${server.host}/team/app:v1@${image.digest}`));
    expect(found.digest).toBe(image.digest);
  });

  it.each([
    ["is not supported", { status: 405 }],
    ["is taken for a bad request", { status: 400 }],
    ["names no digest", { status: 200, headers: { "content-type": OCI_MANIFEST, "content-length": "9" } }],
    [
      "names no media type",
      { status: 200, headers: { "docker-content-digest": other, "content-length": "9" } },
    ],
  ])("asks with GET where HEAD %s", async (_, answer) => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one", "v1");
    const { registry, server } = await bench(withFaults(memory.handler, [{ on: HEAD, then: answer }]));
    expect(await registry.resolve(parseReference(`${server.host}/team/app:v1`))).toMatchObject(image);
    expect(server.log).toEqual([`${HEAD}v1`, `${GET}v1`]);
  });

  it("needs a tag or a digest, and takes no latest for granted", async () => {
    const { registry, server } = await bench(memoryRegistry().handler);
    await expect(registry.resolve(parseReference(`${server.host}/team/app`))).rejects.toMatchObject({
      code: "malformed",
    });
  });

  it("says not-found, and hasManifest says no", async () => {
    const { registry, app, server } = await bench(memoryRegistry().handler);
    const missing = parseReference(`${server.host}/team/app:v1`);
    await expect(registry.resolve(missing)).rejects.toMatchObject({ code: "not-found", status: 404 });
    expect(await registry.hasManifest(app, other)).toBe(false);
  });

  it("refuses a HEAD that names another digest than the one asked for", async () => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    const lie = altered(({ headers }) => ({ headers: { ...headers, "docker-content-digest": other } }));
    const { registry, app } = await bench(withFaults(memory.handler, [{ on: HEAD, then: lie }]));
    await expect(registry.hasManifest(app, image.digest)).rejects.toMatchObject({ code: "digest-mismatch" });
  });
});

describe("getting a manifest", () => {
  it("gives what it says and the very bytes", async () => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one", "v1");
    const { registry, app } = await bench(memory.handler);
    const manifest = await registry.getManifest(app, "v1");
    expect(manifest).toMatchObject({ ...image, content: { kind: "image" } });
    expect(sha256(manifest.bytes)).toBe(image.digest);
  });

  it("REG-009: the body's own hash decides: a lying header with a correct body is an error", async () => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    const lie = altered(({ headers }) => ({ headers: { ...headers, "docker-content-digest": other } }));
    const { registry, app } = await bench(withFaults(memory.handler, [{ on: GET, then: lie }]));
    await expect(registry.getManifest(app, image.digest)).rejects.toMatchObject({ code: "digest-mismatch" });
  });

  it.each(["digest", "tag"])(
    "REG-009: a wrong body under a correct header is an error (by %s)",
    async (by) => {
      const memory = memoryRegistry();
      const image = addImage(memory, "team/app", "one", "v1");
      const forged = altered(({ body }) => ({
        body: Buffer.from(body ?? "")
          .toString()
          .replace('"size":3', '"size":4'),
      }));
      const { registry, app } = await bench(withFaults(memory.handler, [{ on: GET, then: forged }]));
      const reference = by === "tag" ? "v1" : image.digest;
      await expect(registry.getManifest(app, reference)).rejects.toMatchObject({ code: "digest-mismatch" });
    },
  );

  it("REG-010: HEAD says A and GET brings B: refused, whatever B's headers say", async () => {
    const memory = memoryRegistry();
    const a = addImage(memory, "team/app", "A", "v1");
    const b = addImage(memory, "team/app", "B");
    const { bytes, type } = memory.repository("team/app").manifests.get(b.digest) ?? { bytes: "", type: "" };
    const headers = { "content-type": type, "docker-content-digest": b.digest };
    const swapped = withFaults(memory.handler, [{ on: GET, then: { status: 200, headers, body: bytes } }]);
    const { registry, app, server } = await bench(swapped);
    const { digest } = await registry.resolve(parseReference(`${server.host}/team/app:v1`));
    expect(digest).toBe(a.digest);
    await expect(registry.getManifest(app, digest)).rejects.toMatchObject({ code: "digest-mismatch" });
  });

  it.each([
    ["no JSON", "<html>"],
    ["a list", "[]"],
    ["schema 1", { schemaVersion: 1, mediaType: OCI_MANIFEST }],
    ["layers in an index", { ...indexOf([]), layers: [] }],
    [
      "manifests in an image",
      { schemaVersion: 2, mediaType: OCI_MANIFEST, config: {}, layers: [], manifests: [] },
    ],
    ["another mediaType inside", { schemaVersion: 2, mediaType: "application/json", manifests: [] }],
    [
      "a descriptor without size",
      { schemaVersion: 2, mediaType: OCI_MANIFEST, config: { mediaType: "a/b", digest: other }, layers: [] },
    ],
    ["a digest that is none", indexOf([{ mediaType: "a/b", digest: "sha256:0" as never, size: 1 }])],
    ["a negative size", indexOf([{ mediaType: "a/b", digest: other, size: -1 }])],
  ])("refuses %s as malformed", async (_, raw) => {
    const body = typeof raw === "string" ? raw : JSON.stringify(raw);
    const type = body.includes("index") ? "application/vnd.oci.image.index.v1+json" : OCI_MANIFEST;
    const { registry, app } = await bench(() => ({ status: 200, headers: { "content-type": type }, body }));
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "malformed" });
  });

  it("refuses a page for people, and does not take it for an absent image", async () => {
    const { registry, app } = await bench(() => ({
      status: 200,
      headers: { "content-type": "text/html" },
      body: "<p>Hello",
    }));
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "malformed" });
  });

  it("reads no more than 4 MiB, announced or not", async () => {
    const body = Buffer.alloc(4 * 1024 * 1024 + 1, " ");
    const chunked = { "transfer-encoding": "chunked" };
    for (const headers of [{}, chunked]) {
      const { registry, app } = await bench(() => ({ status: 200, headers, body }));
      await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "too-large" });
    }
  });

  it("refuses tags and repositories that are none before it asks anybody", async () => {
    const { registry, app, server } = await bench(memoryRegistry().handler);
    await expect(registry.getManifest(app, "../../x")).rejects.toMatchObject({ code: "malformed" });
    await expect(registry.getManifest(app, "sha256:0")).rejects.toThrow(RegistryError);
    await expect(registry.getManifest({ ...app, repository: "a/../b" }, "v1")).rejects.toThrow(RegistryError);
    await expect(registry.getManifest({ ...app, repository: "a:b" }, "v1")).rejects.toThrow(RegistryError);
    expect(server.log).toEqual([]);
  });
});

describe("putting a manifest", () => {
  const bytes = Buffer.from(JSON.stringify(indexOf([])));

  it("stores it, and reads it back", async () => {
    const memory = memoryRegistry();
    const { registry, app, server } = await bench(memory.handler);
    const { digest } = await registry.putManifest(app, { bytes }, { tag: "v1" });
    expect(memory.repository("team/app").tags.get("v1")).toBe(digest);
    expect(server.log).toEqual([`${PUT}v1`, `${GET}${digest}`]);
  });

  it("REG-011: a 201 with another digest is a failure", async () => {
    const memory = memoryRegistry();
    const lie = altered(({ headers }) => ({ headers: { ...headers, "docker-content-digest": other } }));
    const { registry, app } = await bench(withFaults(memory.handler, [{ on: PUT, then: lie }]));
    await expect(registry.putManifest(app, { bytes })).rejects.toMatchObject({ code: "digest-mismatch" });
  });

  it("REG-012: a registry that writes the JSON anew is found out by reading back", async () => {
    const memory = memoryRegistry();
    const rewriting = withFaults(memory.handler, [
      {
        on: PUT,
        then: async (request, next) => {
          const pretty = Buffer.from(JSON.stringify(JSON.parse((await request.read()).toString()), null, 2));
          const url = new URL(`/v2/team/app/manifests/${sha256(pretty)}`, request.url);
          await next({ ...request, url, read: () => Promise.resolve(pretty) });
          return { status: 201 };
        },
      },
    ]);
    const { registry, app } = await bench(rewriting);
    await expect(registry.putManifest(app, { bytes }, { tag: "v1" })).rejects.toMatchObject({
      code: "digest-mismatch",
    });
  });

  it("REG-013: too large a manifest is refused before it is sent, and a 413 is a clear error", async () => {
    const memory = memoryRegistry();
    const { registry, app, server } = await bench(
      withFaults(memory.handler, [{ on: PUT, then: { status: 413 } }]),
    );
    const large = Buffer.from(
      JSON.stringify({ ...indexOf([]), annotations: { x: "x".repeat(4 * 1024 * 1024) } }),
    );
    await expect(registry.putManifest(app, { bytes: large }, { tag: "v1" })).rejects.toMatchObject({
      code: "too-large",
    });
    expect(server.log).toEqual([]);
    await expect(registry.putManifest(app, { bytes }, { tag: "v1" })).rejects.toMatchObject({
      code: "too-large",
      status: 413,
    });
    expect(memory.repository("team/app").tags.size).toBe(0);
  });

  it("names a refusal to move a tag for what it is", async () => {
    const memory = memoryRegistry({ immutableTags: true });
    addManifest(memory, "team/app", { ...indexOf([]), annotations: {} }, "v1");
    const { registry, app } = await bench(memory.handler);
    await expect(registry.putManifest(app, { bytes }, { tag: "v1" })).rejects.toMatchObject({
      code: "immutable-tag",
    });
  });

  it("stores under a sha512 where the caller names it", async () => {
    const digest = parseDigest(`sha512:${createHash("sha512").update(bytes).digest("hex")}`);
    const memory = memoryRegistry();
    const { registry, app } = await bench(memory.handler);
    await registry.putManifest(app, { bytes, digest });
    expect((await registry.getManifest(app, digest)).bytes).toEqual(bytes);
  });
});
