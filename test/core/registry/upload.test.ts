import { randomBytes } from "node:crypto";
import {
  addBlob,
  bench,
  closeAll,
  closing,
  collect,
  digestFor,
  from,
  memoryRegistry,
  serve,
  type TestHandler,
  withFaults,
} from "../../support/registry";

afterEach(closeAll);

const PUT = "PUT /v2/team/app/blobs/uploads/";
const PATCH = "PATCH /v2/team/app/blobs/uploads/";
const POST = "POST /v2/team/app/blobs/uploads/";
const large = randomBytes(3 * 1024 * 1024 + 17);

function described(bytes: Buffer) {
  return { digest: digestFor(bytes), size: bytes.length };
}

describe("putting a blob", () => {
  it("leaves alone what is there", async () => {
    const memory = memoryRegistry();
    addBlob(memory, "team/app", large);
    const { registry, app, server } = await bench(memory.handler);
    expect(await registry.putBlob(app, described(large), from(large))).toBe("present");
    expect(server.log).toHaveLength(1);
  });

  it("uploads what is not, in one request after the first two", async () => {
    const memory = memoryRegistry();
    const { registry, app, server } = await bench(memory.handler);
    expect(await registry.putBlob(app, described(large), from(large))).toBe("uploaded");
    expect(memory.repository("team/app").blobs.has(digestFor(large))).toBe(true);
    expect(server.log.map((line) => line.split(" ")[0])).toEqual(["HEAD", "POST", "PUT"]);
  });

  it("takes an empty one", async () => {
    const memory = memoryRegistry();
    const { registry, app } = await bench(memory.handler);
    const empty = Buffer.alloc(0);
    expect(await registry.putBlob(app, described(empty), from(empty))).toBe("uploaded");
    expect(await collect(registry.getBlob(app, described(empty)))).toEqual(empty);
  });

  it("mounts from another repository", async () => {
    const memory = memoryRegistry();
    addBlob(memory, "team/base", large);
    const { registry, app, server } = await bench(memory.handler);
    expect(await registry.putBlob(app, described(large), from(large), { mountFrom: "team/base" })).toBe(
      "mounted",
    );
    expect(server.log).toHaveLength(2);
  });

  it("REG-023: a mount that is answered with 202 goes on as an upload, without a second POST", async () => {
    const memory = memoryRegistry();
    const { registry, app, server } = await bench(memory.handler);
    expect(await registry.putBlob(app, described(large), from(large), { mountFrom: "team/none" })).toBe(
      "uploaded",
    );
    expect(server.log.filter((line) => line.startsWith("POST"))).toHaveLength(1);
  });

  it.each([400, 401, 403, 404, 405])(
    "REG-023: a mount that is refused with %i goes on as an upload",
    async (status) => {
      const memory = memoryRegistry();
      addBlob(memory, "team/base", large);
      const { registry, app } = await bench(
        withFaults(memory.handler, [{ on: `${POST}?mount=`, then: { status } }]),
      );
      expect(await registry.putBlob(app, described(large), from(large), { mountFrom: "team/base" })).toBe(
        "uploaded",
      );
    },
  );

  it("REG-024: an upload may continue on another host, without credentials", async () => {
    const storage = memoryRegistry();
    const seen: (string | undefined)[] = [];
    const elsewhere = closing(
      await serve(async (request) => {
        seen.push(request.headers["authorization"]);
        const url = new URL(request.url);
        url.pathname = url.pathname.replace("/storage/", "/v2/");
        return storage.handler({ ...request, url });
      }),
    );
    storage.repository("team/app").uploads.set("s1", Buffer.alloc(0));
    const memory = memoryRegistry();
    const { registry, app } = await bench(
      (request) => {
        if (request.headers["authorization"] === undefined) {
          return { status: 401, headers: { "www-authenticate": 'Basic realm="test"' } };
        }
        if (request.method !== "POST") return memory.handler(request);
        return {
          status: 202,
          headers: { location: `${elsewhere.url}/storage/team/app/blobs/uploads/s1?sig=a%2Bb` },
        };
      },
      { credentials: () => Promise.resolve({ kind: "password", username: "ann", password: "secret" }) },
    );
    expect(await registry.putBlob(app, described(large), from(large))).toBe("uploaded");
    expect(storage.repository("team/app").blobs.has(digestFor(large))).toBe(true);
    expect(seen).toEqual([undefined]);
    expect(elsewhere.log).toEqual([expect.stringContaining("?sig=a%2Bb&digest=sha256%3A")]);
  });

  it("REG-024: a 307 to another host is followed with the body and without credentials", async () => {
    const storage = memoryRegistry();
    const seen: (string | undefined)[] = [];
    const elsewhere = closing(
      await serve((request) => {
        seen.push(request.headers["authorization"]);
        return storage.handler(request);
      }),
    );
    storage.repository("team/app").uploads.set("s1", Buffer.alloc(0));
    const { registry, app } = await bench(
      (request) => {
        if (request.headers["authorization"] === undefined) {
          return { status: 401, headers: { "www-authenticate": 'Basic realm="test"' } };
        }
        if (request.method === "HEAD") return { status: 404 };
        if (request.method === "POST") return { status: 202, headers: { location: "s1" } };
        return {
          status: 307,
          headers: { location: `${elsewhere.url}${request.url.pathname}${request.url.search}` },
        };
      },
      { credentials: () => Promise.resolve({ kind: "password", username: "ann", password: "secret" }) },
    );
    expect(await registry.putBlob(app, described(large), from(large))).toBe("uploaded");
    expect(storage.repository("team/app").blobs.has(digestFor(large))).toBe(true);
    expect(seen).toEqual([undefined]);
  });

  it("REG-027: a piece out of order (416): asks how much arrived and goes on from there", async () => {
    const memory = memoryRegistry();
    const { registry, app, server } = await bench(
      withFaults(memory.handler, [
        { on: PUT, then: { status: 413 } },
        {
          on: PATCH,
          // The piece arrives, its answer does not: the next one would not fit.
          then: async (request, next) => {
            await next(request);
            return { status: 416 };
          },
        },
      ]),
      { chunkBytes: 1024 * 1024 },
    );
    expect(await registry.putBlob(app, described(large), from(large))).toBe("uploaded");
    expect(memory.repository("team/app").blobs.has(digestFor(large))).toBe(true);
    const methods = server.log.map((line) => line.split(" ")[0]).join(" ");
    expect(methods).toBe("HEAD POST PUT GET PATCH GET PATCH PATCH PATCH PUT");
  });

  it.each([
    ["breaks", { status: 201, cutAfter: 0 }],
    ["is not answered", { status: 201, stallAfter: 0 }],
    ["is answered with 500", { status: 500 }],
    ["is answered with 429", { status: 429 }],
  ])("goes on where the registry stands when the upload %s", async (_, answer) => {
    const memory = memoryRegistry();
    const { registry, app } = await bench(withFaults(memory.handler, [{ on: PUT, then: answer }]));
    expect(await registry.putBlob(app, described(large), from(large))).toBe("uploaded");
    expect(memory.repository("team/app").blobs.has(digestFor(large))).toBe(true);
  });

  it("sees that an upload did succeed whose answer was lost", async () => {
    const memory = memoryRegistry();
    const lost = async (request: Parameters<TestHandler>[0], next: TestHandler) => {
      await next(request);
      return { status: 201, cutAfter: 0 };
    };
    const { registry, app, server } = await bench(withFaults(memory.handler, [{ on: PUT, then: lost }]));
    expect(await registry.putBlob(app, described(large), from(large))).toBe("uploaded");
    expect(server.log.filter((line) => line.startsWith("PUT") || line.startsWith("PATCH"))).toHaveLength(1);
  });

  it("starts anew when the session is lost, and gives up in the end", async () => {
    const memory = memoryRegistry();
    const { registry, app } = await bench(
      withFaults(memory.handler, [
        { on: /^(PUT|PATCH|GET) \/v2\/team\/app\/blobs\/uploads/, times: 999, then: { status: 500 } },
      ]),
    );
    await expect(registry.putBlob(app, described(large), from(large))).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  it("refuses a source that is not what it is said to be, before the registry has it all", async () => {
    const memory = memoryRegistry();
    const { registry, app } = await bench(memory.handler);
    const wrong = Buffer.from(large);
    wrong[5] = (wrong[5] ?? 0) ^ 1;
    await expect(registry.putBlob(app, described(large), from(wrong))).rejects.toMatchObject({
      code: "digest-mismatch",
    });
    const short = large.subarray(1);
    await expect(registry.putBlob(app, described(large), from(short))).rejects.toMatchObject({
      code: "size-mismatch",
    });
    expect(memory.repository("team/app").blobs.size).toBe(0);
  });

  it("says what the source said when the source fails", async () => {
    const memory = memoryRegistry();
    const { registry, app } = await bench(memory.handler);
    const broken = async function* () {
      yield await Promise.resolve(large.subarray(0, 10));
      throw new Error("the disk is gone");
    };
    await expect(registry.putBlob(app, described(large), broken)).rejects.toThrow("the disk is gone");
  });

  it("passes a blob from one registry to another, also where one place at a time is free", async () => {
    const memory = memoryRegistry();
    const blobs = Array.from({ length: 6 }, (_, n) => addBlob(memory, "team/app", randomBytes(300_000 + n)));
    const { registry, app } = await bench(memory.handler, { limits: { concurrency: 1, downloads: 1 } });
    const copy = { ...app, repository: "team/copy" };
    await Promise.all(blobs.map((blob) => registry.putBlob(copy, blob, () => registry.getBlob(app, blob))));
    expect([...memory.repository("team/copy").blobs.keys()].sort()).toEqual(
      blobs.map(({ digest }) => digest).sort(),
    );
  });

  it("takes it for an error when a blob is there in another size", async () => {
    const memory = memoryRegistry();
    const { digest } = addBlob(memory, "team/app", "content");
    const { registry, app } = await bench(memory.handler);
    await expect(registry.hasBlob(app, { digest, size: 1 })).rejects.toMatchObject({ code: "size-mismatch" });
  });
});
