import { randomBytes } from "node:crypto";
import {
  addBlob,
  altered,
  bench,
  closeAll,
  collect,
  digestFor,
  memoryRegistry,
  type TestHandler,
  withFaults,
  without,
} from "../../support/registry";

afterEach(closeAll);

const GET = "GET /v2/team/app/blobs/";
const large = randomBytes(3 * 1024 * 1024 + 17);

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
      return {
        headers: { ...without(headers, "content-length"), "transfer-encoding": "chunked" },
        body: body ?? "",
      };
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

  it("gives its place back in the end when the reader forgets about it", async () => {
    const memory = memoryRegistry();
    const blob = addBlob(memory, "team/app", large);
    const { registry, app } = await bench(memory.handler, {
      limits: { downloads: 1 },
      retry: { totalMs: 100, slowestBytesPerSecond: 1e9 },
    });
    const forgotten = registry.getBlob(app, blob)[Symbol.asyncIterator]();
    expect((await forgotten.next()).done).toBe(false);
    const small = addBlob(memory, "team/app", "small");
    expect((await collect(registry.getBlob(app, small))).toString()).toBe("small");
    await forgotten.return?.();
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
