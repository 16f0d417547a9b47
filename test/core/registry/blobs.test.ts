import { randomBytes } from "node:crypto";
import {
  addBlob,
  altered,
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

const GET = "GET /v2/team/app/blobs/";
const PUT = "PUT /v2/team/app/blobs/uploads/";
const PATCH = "PATCH /v2/team/app/blobs/uploads/";
const POST = "POST /v2/team/app/blobs/uploads/";
const large = randomBytes(3 * 1024 * 1024 + 17);

function described(bytes: Buffer) {
  return { digest: digestFor(bytes), size: bytes.length };
}

describe("getting a blob", () => {
  it("streams it in, checked", async () => {
    const memory = memoryRegistry();
    const blob = addBlob(memory, "team/app", large);
    const { registry, app, server } = await bench(memory.handler);
    expect(digestFor(await collect(registry.getBlob(app, blob)))).toBe(blob.digest);
    expect(server.log).toEqual([`${GET}${blob.digest}`]);
  });

  it.each([1000, 0])(
    "REG-005: a connection that breaks goes on where it stopped (after %i bytes)",
    async (cutAfter) => {
      const memory = memoryRegistry();
      const blob = addBlob(memory, "team/app", large);
      const ranges: (string | undefined)[] = [];
      const cut = withFaults(memory.handler, [{ on: GET, times: 3, then: altered(() => ({ cutAfter })) }]);
      const { registry, app } = await bench((request) => {
        ranges.push(request.headers["range"]);
        return cut(request);
      });
      expect(digestFor(await collect(registry.getBlob(app, blob)))).toBe(blob.digest);
      const offsets = [undefined, 1, 2, 3].map((n) =>
        n && cutAfter > 0 ? `bytes=${n * cutAfter}-` : undefined,
      );
      expect(ranges).toEqual(offsets);
    },
  );

  it("REG-005: what was put together from two halves must be right as a whole", async () => {
    const memory = memoryRegistry();
    const blob = addBlob(memory, "team/app", large);
    const forged = altered(({ body }) => ({ body: Buffer.from(body ?? "").fill(0) }));
    const { registry, app } = await bench(
      withFaults(memory.handler, [
        { on: GET, then: altered(() => ({ cutAfter: 1000 })) },
        { on: GET, then: forged },
      ]),
    );
    await expect(collect(registry.getBlob(app, blob))).rejects.toMatchObject({ code: "digest-mismatch" });
  });

  it("REG-005: a blob that never gets on is an error after five attempts, one that gets on is not", async () => {
    const memory = memoryRegistry();
    const blob = addBlob(memory, "team/app", randomBytes(12 * 1024 * 1024));
    const stuck = withFaults(memory.handler, [
      { on: GET, times: 99, then: altered(() => ({ cutAfter: 10 })) },
    ]);
    const slow = withFaults(memory.handler, [
      { on: GET, times: 99, then: altered(() => ({ cutAfter: 1.5 * 1024 * 1024 })) },
    ]);
    const first = await bench(stuck);
    await expect(collect(first.registry.getBlob(first.app, blob))).rejects.toMatchObject({
      code: "unreachable",
    });
    expect(first.server.log).toHaveLength(5);
    const second = await bench(slow);
    expect(await collect(second.registry.getBlob(second.app, blob))).toHaveLength(blob.size);
    expect(second.server.log.length).toBeGreaterThan(6);
  });

  it("REG-006: a range that is answered with everything: what was there is skipped", async () => {
    const memory = memoryRegistry();
    const blob = addBlob(memory, "team/app", large);
    const whole: TestHandler = (request) => memory.handler({ ...request, headers: {} });
    const { registry, app, server } = await bench(
      withFaults(whole, [{ on: GET, then: altered(() => ({ cutAfter: 100_001 })) }]),
    );
    expect(digestFor(await collect(registry.getBlob(app, blob)))).toBe(blob.digest);
    expect(server.log).toHaveLength(2);
  });

  it("REG-006: a range that starts elsewhere is refused", async () => {
    const memory = memoryRegistry();
    const blob = addBlob(memory, "team/app", large);
    const { registry, app } = await bench(
      withFaults(memory.handler, [
        { on: GET, then: altered(() => ({ cutAfter: 1000 })) },
        {
          on: GET,
          then: altered(({ headers }) => ({ headers: { ...headers, "content-range": "bytes 5-9/10" } })),
        },
      ]),
    );
    await expect(collect(registry.getBlob(app, blob))).rejects.toMatchObject({ code: "malformed" });
  });

  it.each([
    ["shorter", -1],
    ["longer", 1],
  ])("REG-007: a body %s than the descriptor says is refused, announced or not", async (_, difference) => {
    const memory = memoryRegistry();
    const { digest, size } = addBlob(memory, "team/app", "some content");
    const chunked = altered(({ headers, body }) => {
      const { "content-length": length, ...others } = headers ?? {};
      return { headers: { ...others, "transfer-encoding": "chunked" }, body: body ?? "" };
    });
    const { registry, app } = await bench(withFaults(memory.handler, [{ on: GET, then: chunked }]));
    const blob = { digest, size: size - difference };
    await expect(collect(registry.getBlob(app, blob))).rejects.toMatchObject({ code: "size-mismatch" });
    await expect(collect(registry.getBlob(app, blob))).rejects.toMatchObject({ code: "size-mismatch" });
  });

  it("REG-007: reading stops right after the last byte that may come", async () => {
    const endless: TestHandler = () => ({
      status: 200,
      headers: { "transfer-encoding": "chunked" },
      body: Buffer.alloc(8 * 1024 * 1024),
    });
    const { registry, app } = await bench(endless);
    let read = 0;
    const reading = async (): Promise<void> => {
      for await (const chunk of registry.getBlob(app, { digest: digestFor("x"), size: 1 }))
        read += chunk.length;
    };
    await expect(reading()).rejects.toMatchObject({ code: "size-mismatch" });
    expect(read).toBeLessThanOrEqual(1);
  });

  it("never hands out the whole of a wrong blob", async () => {
    const memory = memoryRegistry();
    const blob = addBlob(memory, "team/app", "good content");
    memory.repository("team/app").blobs.set(blob.digest, Buffer.from("evil content"));
    const { registry, app } = await bench(memory.handler);
    const pieces: Uint8Array[] = [];
    const reading = async (): Promise<void> => {
      for await (const chunk of registry.getBlob(app, blob)) pieces.push(chunk);
    };
    await expect(reading()).rejects.toMatchObject({ code: "digest-mismatch" });
    expect(pieces).toEqual([]);
  });

  it("frees its place when the reader stops early", async () => {
    const memory = memoryRegistry();
    const blob = addBlob(memory, "team/app", large);
    const { registry, app } = await bench(memory.handler, { limits: { downloads: 1 } });
    for (let round = 0; round < 3; round++) {
      for await (const chunk of registry.getBlob(app, blob)) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
    }
    expect(digestFor(await collect(registry.getBlob(app, blob)))).toBe(blob.digest);
  });

  it("reads a small blob whole, and refuses a large one before it asks", async () => {
    const memory = memoryRegistry();
    const blob = addBlob(memory, "team/app", "small");
    const { registry, app, server } = await bench(memory.handler);
    expect(Buffer.from(await registry.readBlob(app, blob, { maxBytes: 5 })).toString()).toBe("small");
    await expect(registry.readBlob(app, blob, { maxBytes: 4 })).rejects.toMatchObject({ code: "too-large" });
    expect(server.log).toHaveLength(1);
  });
});

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
