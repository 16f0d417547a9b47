import { createHash } from "node:crypto";
import { parseDigest } from "@waybill/core/image";
import { type Clock, type RegistryOptions, systemClock } from "@waybill/core/registry";
import {
  addImage,
  addManifest,
  addReferrer,
  altered,
  attachment,
  bench,
  client,
  closeAll,
  closing,
  indexOf,
  memoryRegistry,
  type MemoryRegistry,
  serve,
  testClock,
  tagOf,
  withFaults,
} from "../../support/registry";

afterEach(closeAll);

const PUT = "PUT /v2/team/app/manifests/";
const GET = "GET /v2/team/app/manifests/";
const TAG = /^PUT \/v2\/team\/app\/manifests\/sha256-/;

function listed(memory: MemoryRegistry, subject: string): string[] {
  const { tags, manifests } = memory.repository("team/app");
  const index = manifests.get(tags.get(tagOf(subject)) ?? "")?.bytes.toString() ?? '{"manifests":[]}';
  return (JSON.parse(index) as { manifests: { digest: string }[] }).manifests
    .map(({ digest }) => digest)
    .sort();
}

describe("without the API", () => {
  it("REG-019: no OCI-Subject in the answer: the list under the tag is written", async () => {
    const memory = memoryRegistry({ referrers: false });
    const image = addImage(memory, "team/app", "one");
    const { registry, app } = await bench(memory.handler);
    const { descriptor } = await registry.attach(app, image, attachment("signature"));
    expect(listed(memory, image.digest)).toEqual([descriptor.digest]);
  });

  it("refuses an OCI-Subject that is another one", async () => {
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    const other = addImage(memory, "team/app", "other");
    const lie = altered(({ headers }) => ({ headers: { ...headers, "oci-subject": other.digest } }));
    const { registry, app } = await bench(withFaults(memory.handler, [{ on: PUT, then: lie }]));
    await expect(registry.attach(app, image, attachment("signature"))).rejects.toMatchObject({
      code: "malformed",
    });
  });

  it("keeps what others wrote into the list as they wrote it", async () => {
    const memory = memoryRegistry({ referrers: false });
    const image = addImage(memory, "team/app", "one");
    const old = {
      ...addReferrer(memory, "team/app", image, "old"),
      urls: ["https://a.example"],
      "x-unknown": { deep: [1] },
    };
    addManifest(memory, "team/app", { ...indexOf([old]), annotations: { kept: "yes" } }, tagOf(image.digest));
    const { registry, app } = await bench(memory.handler);
    await registry.attach(app, image, attachment("new"));
    const { tags, manifests } = memory.repository("team/app");
    const index = JSON.parse(
      manifests.get(tags.get(tagOf(image.digest)) ?? "")?.bytes.toString() ?? "{}",
    ) as {
      manifests: unknown[];
    };
    expect(index).toMatchObject({ annotations: { kept: "yes" } });
    expect(index.manifests[0]).toEqual(old);
    expect(index.manifests).toHaveLength(2);
  });

  it.each([
    ["with conditional writes", true],
    ["without conditional writes", false],
  ])(
    "REG-020: ten writers at once lose nothing (%s)",
    async (_, etags) => {
      const memory = memoryRegistry({ referrers: false, etags });
      const image = addImage(memory, "team/app", "one");
      const server = closing(await serve(memory.handler));
      const app = { registry: server.host, repository: "team/app" };
      // Own clients with a real clock: they know nothing of each other but what the registry shows.
      const writers = Array.from({ length: 10 }, () => client({ clock: systemClock, random: Math.random }));
      const attached = await Promise.all(
        writers.map((writer, n) => writer.attach(app, image, attachment(`by ${n}`))),
      );
      expect(listed(memory, image.digest)).toEqual(
        attached.map(({ descriptor }) => descriptor.digest).sort(),
      );
    },
    60_000,
  );

  it("REG-020: If-Match sends back whoever read before another wrote", async () => {
    const memory = memoryRegistry({ referrers: false, etags: true });
    const image = addImage(memory, "team/app", "one");
    const rival = addReferrer(memory, "team/app", image, "rival");
    const interrupted = withFaults(memory.handler, [
      {
        on: TAG,
        then: (request, next) => {
          addManifest(memory, "team/app", indexOf([rival]), tagOf(image.digest));
          return next(request);
        },
      },
    ]);
    const { registry, app, server } = await bench(interrupted);
    const { descriptor } = await registry.attach(app, image, attachment("own"));
    expect(listed(memory, image.digest)).toEqual([rival.digest, descriptor.digest].sort());
    expect(server.log.filter((line) => TAG.test(line))).toHaveLength(2);
  });

  it("REG-020: without conditional writes, a late rival who writes over us is noticed and both stay", async () => {
    const memory = memoryRegistry({ referrers: false });
    const image = addImage(memory, "team/app", "one");
    const before = addReferrer(memory, "team/app", image, "before");
    const rival = addReferrer(memory, "team/app", image, "rival");
    addManifest(memory, "team/app", indexOf([before]), tagOf(image.digest));
    const time = testClock();
    let overwritten = false;
    const clock: RegistryOptions["clock"] = {
      ...time,
      // The rival had read an empty list before us; its write arrives while we wait for things to settle.
      sleep: async (ms, signal) => {
        if (!overwritten) addManifest(memory, "team/app", indexOf([rival]), tagOf(image.digest));
        overwritten = true;
        await time.sleep(ms, signal);
      },
    };
    const { registry, app } = await bench(memory.handler, { clock });
    const { descriptor } = await registry.attach(app, image, attachment("own"));
    expect(listed(memory, image.digest)).toEqual([before.digest, rival.digest, descriptor.digest].sort());
  });

  it("REG-020: does not bring back what somebody removed on purpose", async () => {
    const memory = memoryRegistry({ referrers: false });
    const image = addImage(memory, "team/app", "one");
    const removed = addReferrer(memory, "team/app", image, "removed");
    addManifest(memory, "team/app", indexOf([removed]), tagOf(image.digest));
    const time = testClock();
    const { registry, app } = await bench(memory.handler, {
      clock: {
        ...time,
        sleep: async (ms, signal) => {
          memory.repository("team/app").manifests.delete(removed.digest);
          const own = listed(memory, image.digest).filter((digest) => digest !== removed.digest);
          const { manifests } = memory.repository("team/app");
          const size = manifests.get(own[0] ?? "")?.bytes.length ?? 0;
          const entries = own.map((digest) => ({
            mediaType: "application/vnd.oci.image.manifest.v1+json",
            digest: parseDigest(digest),
            size,
          }));
          addManifest(memory, "team/app", indexOf(entries), tagOf(image.digest));
          await time.sleep(ms, signal);
        },
      },
    });
    const { descriptor } = await registry.attach(app, image, attachment("own"));
    expect(listed(memory, image.digest)).toEqual([descriptor.digest]);
  });

  it("REG-020: a list that was read too long ago is not built on", async () => {
    const memory = memoryRegistry({ referrers: false });
    const image = addImage(memory, "team/app", "one");
    const rival = addReferrer(memory, "team/app", image, "rival");
    const faulty = withFaults(memory.handler, [
      {
        on: /^GET \/v2\/team\/app\/manifests\/sha256-/,
        // While the answer is on its way, a rival writes, and another worker is told to slow down.
        then: async (request, next) => {
          const answer = await next(request);
          addManifest(memory, "team/app", indexOf([rival]), tagOf(image.digest));
          registry.getManifest(app, "busy").catch(() => undefined);
          while (registry.report()[0]?.rateLimited === 0)
            await new Promise((resolve) => setImmediate(resolve));
          return answer;
        },
      },
      { on: `${GET}busy`, then: { status: 429, headers: { "retry-after": "5" } } },
    ]);
    const { registry, app, server } = await bench(faulty, { clock: patientClock(2) });
    const { descriptor } = await registry.attach(app, image, attachment("own"));
    expect(server.log.filter((line) => TAG.test(line))).toHaveLength(1);
    expect(listed(memory, image.digest)).toEqual([rival.digest, descriptor.digest].sort());
  });

  it("gives up with a conflict where others never stop", async () => {
    const memory = memoryRegistry({ referrers: false, etags: true });
    const image = addImage(memory, "team/app", "one");
    const { registry, app } = await bench(
      withFaults(memory.handler, [{ on: TAG, times: 999, then: { status: 412 } }]),
    );
    await expect(registry.attach(app, image, attachment("own"))).rejects.toMatchObject({ code: "conflict" });
  });

  it("does not write over a tag that somebody uses for an image", async () => {
    const memory = memoryRegistry({ referrers: false });
    const image = addImage(memory, "team/app", "one");
    memory.repository("team/app").tags.set(tagOf(image.digest), image.digest);
    const { registry, app } = await bench(memory.handler);
    await expect(registry.attach(app, image, attachment("own"))).rejects.toMatchObject({ code: "conflict" });
    expect(memory.repository("team/app").tags.get(tagOf(image.digest))).toBe(image.digest);
  });

  it("takes turns within one process instead of fighting", async () => {
    const memory = memoryRegistry({ referrers: false });
    const image = addImage(memory, "team/app", "one");
    const { registry, app, server } = await bench(memory.handler);
    await Promise.all(
      Array.from({ length: 5 }, (_, n) => registry.attach(app, image, attachment(`by ${n}`))),
    );
    expect(listed(memory, image.digest)).toHaveLength(5);
    expect(server.log.filter((line) => TAG.test(line))).toHaveLength(5);
  });

  it("keeps the list of a sha512 subject under its shortened tag", async () => {
    const memory = memoryRegistry({ referrers: false });
    const digest = parseDigest(`sha512:${createHash("sha512").update("x").digest("hex")}`);
    const { registry, app } = await bench(memory.handler);
    const subject = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: 1 };
    const { descriptor } = await registry.attach(app, subject, attachment("own"));
    expect([...memory.repository("team/app").tags.keys()]).toEqual([`sha512-${digest.slice(7, 71)}`]);
    expect((await registry.listReferrers(app, digest)).referrers).toEqual([descriptor]);
  });

  it("needs a subject", async () => {
    const { registry, app } = await bench(memoryRegistry().handler);
    const bytes = Buffer.from(JSON.stringify(indexOf([])));
    await expect(registry.putReferrer(app, { bytes })).rejects.toMatchObject({ code: "malformed" });
  });
});

/** Time stands still until so many wait at once; then it runs as in `testClock`. */
function patientClock(sleepers: number): Clock {
  const time = testClock();
  const waiting: (() => void)[] = [];
  return {
    now: () => time.now(),
    sleep: async (ms, signal) => {
      const all = new Promise<void>((resolve) => waiting.push(resolve));
      if (waiting.length >= sleepers) waiting.forEach((go) => go());
      await all;
      await time.sleep(ms, signal);
    },
  };
}
