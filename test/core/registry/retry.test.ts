import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { parseReference } from "@waybill/core/image";
import { RegistryError } from "@waybill/core/registry";
import {
  addBlob,
  addImage,
  attachment,
  bench,
  client,
  closeAll,
  closing,
  collect,
  memoryRegistry,
  serve,
  withFaults,
} from "../../support/registry";

afterEach(closeAll);

const MANIFEST = "GET /v2/team/app/manifests/";

describe("a registry that says slow down", () => {
  it("REG-001: 429 with Retry-After in seconds: waits at least that long, then succeeds", async () => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    const busy = { status: 429, headers: { "retry-after": "7" } };
    const { registry, app, clock } = await bench(withFaults(memory.handler, [{ on: MANIFEST, then: busy }]));
    const start = clock.now();
    await registry.getManifest(app, image.digest);
    expect(clock.now() - start).toBeGreaterThanOrEqual(7000);
    expect(clock.now() - start).toBeLessThan(9000);
  });

  it("REG-001: 429 with Retry-After as a date", async () => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    const busy = { status: 429, headers: { "retry-after": "Thu, 01 Jan 2026 00:00:11 GMT" } };
    const { registry, app, clock } = await bench(withFaults(memory.handler, [{ on: MANIFEST, then: busy }]));
    const start = clock.now();
    await registry.getManifest(app, image.digest);
    expect(clock.now() - start).toBeGreaterThanOrEqual(11_000);
  });

  it("REG-001: one 429 pauses every worker of that host", async () => {
    const memory = memoryRegistry();
    const images = Array.from({ length: 20 }, (_, n) => addImage(memory, "team/app", `image ${n}`));
    const asked: number[] = [];
    const busy = { status: 429, headers: { "retry-after": "7" } };
    const faulty = withFaults(memory.handler, [{ on: MANIFEST, then: busy }]);
    const { registry, app, clock } = await bench(
      (request) => {
        asked.push(clock.now());
        return faulty(request);
      },
      { limits: { concurrency: 4 } },
    );
    const start = clock.now();
    await Promise.all(images.map((image) => registry.getManifest(app, image.digest)));
    // Those that were under way, and nobody else before the pause was over.
    expect(asked.filter((time) => time < start + 7000).length).toBeLessThanOrEqual(4);
    expect(asked).toHaveLength(21);
    expect(registry.report()).toEqual([
      expect.objectContaining({ requests: 21, rateLimited: 1, retries: 1 }),
    ]);
  });

  it.each([
    ["an upload", "PUT /v2/team/app/blobs/uploads/"],
    ["an update of a list of referrers", "PUT /v2/team/app/manifests/sha256-"],
  ])("REG-001: a 429 to %s pauses everybody as well", async (_, on) => {
    const memory = memoryRegistry({ referrers: false });
    const image = addImage(memory, "team/app", "one");
    const asked: number[] = [];
    const faulty = withFaults(memory.handler, [
      { on, then: { status: 429, headers: { "retry-after": "7" } } },
    ]);
    const { registry, app, clock } = await bench((request) => {
      asked.push(clock.now());
      return faulty(request);
    });
    await registry.attach(app, image, attachment("signature"));
    const gaps = asked.map((time, n) => time - (asked[n - 1] ?? time));
    expect(Math.max(...gaps)).toBeGreaterThanOrEqual(7000);
    expect(registry.report()[0]).toMatchObject({ rateLimited: 1 });
  });

  it("REG-002: 429 for ever: growing pauses, a bounded time, then an error that names registry and operation", async () => {
    const { registry, app, clock, server } = await bench(() => ({ status: 429 }), { random: () => 1 });
    const start = clock.now();
    const failure = registry.getManifest(app, "v1");
    await expect(failure).rejects.toMatchObject({ code: "rate-limited" });
    await expect(failure).rejects.toThrow(`manifest of ${server.host}/team/app:v1`);
    expect(clock.now() - start).toBeLessThanOrEqual(180_000);
    expect(clock.now() - start).toBeGreaterThan(60_000);
    expect(server.log.length).toBeLessThan(30);
    expect(clock.slept[0]).toBeGreaterThanOrEqual(250);
    expect(Math.max(...clock.slept)).toBeGreaterThanOrEqual(15_000);
  });

  it("gives up at once where the pause is longer than the time there is", async () => {
    const { registry, app, server } = await bench(() => ({
      status: 429,
      headers: { "retry-after": "86400" },
    }));
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "rate-limited" });
    expect(server.log).toHaveLength(1);
    await expect(registry.getManifest(app, "v2")).rejects.toMatchObject({ code: "rate-limited" });
  });

  it("keeps to a number of requests per second", async () => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    const { registry, app, clock } = await bench(memory.handler, { limits: { requestsPerSecond: 10 } });
    const start = clock.now();
    await Promise.all(Array.from({ length: 31 }, () => registry.hasManifest(app, image.digest)));
    expect(clock.now() - start).toBe(3000);
  });

  it("keeps to a budget, and reports what was spent", async () => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    const { registry, app, server } = await bench(memory.handler, { limits: { maxRequests: 2 } });
    await registry.getManifest(app, image.digest);
    await registry.getManifest(app, image.digest);
    await expect(registry.getManifest(app, image.digest)).rejects.toMatchObject({ code: "budget-exhausted" });
    expect(registry.report()).toEqual([
      { host: server.host, requests: 2, retries: 0, rateLimited: 0, waitedMs: 0 },
    ]);
  });

  it("sends no more at once than it may", async () => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    let [inside, most] = [0, 0];
    const waiting: (() => void)[] = [];
    const { registry, app } = await bench(
      async (request) => {
        most = Math.max(most, ++inside);
        // Answers come in threes: fewer at once, and this test would not end.
        if (inside < 3) await new Promise<void>((resolve) => waiting.push(resolve));
        else waiting.splice(0).forEach((go) => go());
        inside -= 1;
        return memory.handler(request);
      },
      { limits: { concurrency: 3 } },
    );
    await Promise.all(Array.from({ length: 30 }, () => registry.hasManifest(app, image.digest)));
    expect(most).toBe(3);
  });
});

describe("a registry that stumbles", () => {
  it.each([408, 499, 500, 502, 503, 504, 522])("REG-003: %i once, then 200: succeeds", async (status) => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    const { registry, app, server } = await bench(
      withFaults(memory.handler, [{ on: MANIFEST, then: { status } }]),
    );
    expect((await registry.getManifest(app, image.digest)).digest).toBe(image.digest);
    expect(server.log).toHaveLength(2);
  });

  it.each([
    [400, "rejected"],
    [401, "unauthorized"],
    [403, "forbidden"],
    [404, "not-found"],
    [405, "unsupported"],
    [409, "conflict"],
    [410, "rejected"],
    [501, "unsupported"],
    [204, "malformed"],
    [304, "malformed"],
  ])("believes a %i at once: %s", async (status, code) => {
    const { registry, app, server } = await bench(() => ({ status }));
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code, status });
    expect(server.log).toHaveLength(1);
  });

  it("believes a 500 after five attempts", async () => {
    const { registry, app, server } = await bench(() => ({ status: 500 }));
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "unavailable", status: 500 });
    expect(server.log).toHaveLength(5);
  });

  it("shows the registry's own words, made harmless", async () => {
    const message = "no\u001b[31m \u202eway";
    const body = JSON.stringify({ errors: [{ code: "DENIED", message }] });
    const { registry, app } = await bench(() => ({ status: 403, body }));
    await expect(registry.getManifest(app, "v1")).rejects.toThrow(
      'HTTP 403 ("DENIED: no\\u001b[31m \\u202eway")',
    );
  });

  it.each([
    ["breaks before the answer", { status: 200, cutAfter: 0 }],
    ["breaks inside the answer", { status: 200, body: "x".repeat(100), cutAfter: 10 }],
    ["does not answer", { status: 200, stallAfter: 0 }],
    ["stops inside the answer", { status: 200, body: "x".repeat(100), stallAfter: 10 }],
  ])("tries again where the connection %s", async (_, answer) => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    const { registry, app, server } = await bench(
      withFaults(memory.handler, [{ on: MANIFEST, then: answer }]),
    );
    expect((await registry.getManifest(app, image.digest)).digest).toBe(image.digest);
    expect(server.log).toHaveLength(2);
  });

  it("says timeout where nothing ever comes", async () => {
    const { registry, app } = await bench(() => ({ status: 200, stallAfter: 0 }), { retry: { attempts: 2 } });
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "timeout" });
  });

  it("ends in time also where bytes keep dripping", async () => {
    const dripping = closing(await drip());
    const registry = client({ retry: { totalMs: 400 } });
    const failure = registry.getManifest({ registry: dripping.host, repository: "team/app" }, "v1");
    await expect(failure).rejects.toMatchObject({ code: "timeout" });
  });

  it("says unreachable where nobody listens", async () => {
    const server = await serve(() => ({ status: 200 }));
    await server.close();
    const registry = client();
    const failure = registry.resolve(parseReference(`${server.host}/team/app:v1`));
    await expect(failure).rejects.toMatchObject({ code: "unreachable" });
    await expect(failure).rejects.toThrow(server.host);
  });

  it("says unreachable for a host that does not exist, and does not insist", async () => {
    const registry = client();
    const failure = registry.resolve(parseReference("registry.invalid/team/app:v1"));
    await expect(failure).rejects.toMatchObject({ code: "unreachable" });
  });

  it("says malformed where the other side does not speak HTTP", async () => {
    const other = closing(await raw("SSH-2.0-OpenSSH_9.2\r\n"));
    const failure = client().getManifest({ registry: other.host, repository: "team/app" }, "v1");
    await expect(failure).rejects.toMatchObject({ code: "malformed" });
  });
});

describe("calling off", () => {
  it("ends what is under way", async () => {
    const { registry, app } = await bench(() => ({ status: 200, stallAfter: 0 }));
    const signal = AbortSignal.timeout(20);
    await expect(registry.getManifest(app, "v1", { signal })).rejects.toMatchObject({ code: "aborted" });
  });

  it("ends what waits for its turn", async () => {
    const { registry, app } = await bench(() => ({ status: 200, stallAfter: 0 }), {
      limits: { concurrency: 1 },
    });
    const caller = new AbortController();
    const first = registry.getManifest(app, "v1", { signal: AbortSignal.timeout(60) });
    const second = registry.getManifest(app, "v2", { signal: caller.signal });
    caller.abort();
    await expect(second).rejects.toMatchObject({ code: "aborted" });
    await expect(first).rejects.toMatchObject({ code: "aborted" });
  });

  it("does not even start when it was called off before", async () => {
    const memory = memoryRegistry();
    const blob = addBlob(memory, "team/app", "content");
    const { registry, app, server } = await bench(memory.handler);
    const signal = AbortSignal.abort();
    await expect(registry.getManifest(app, "v1", { signal })).rejects.toMatchObject({ code: "aborted" });
    await expect(collect(registry.getBlob(app, blob, { signal }))).rejects.toThrow(RegistryError);
    expect(server.log).toEqual([]);
  });
});

/** Sends one byte of an endless body again and again. */
function drip() {
  return tcp((write) => {
    write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n");
    const timer = setInterval(() => write("x"), 20);
    return () => clearInterval(timer);
  });
}

function raw(text: string) {
  return tcp((write) => {
    write(text);
    return () => undefined;
  });
}

async function tcp(speak: (write: (text: string) => void) => () => void) {
  const ends = new Set<() => void>();
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    const stop = speak((text) => socket.write(text));
    ends.add(() => {
      stop();
      socket.destroy();
    });
    socket.on("close", stop);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        for (const end of ends) end();
        server.close(() => resolve());
      }),
  };
}
