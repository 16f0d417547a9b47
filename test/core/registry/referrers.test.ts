import { createHash } from "node:crypto";
import { parseDigest } from "@waybill/core/image";
import { OCI_INDEX } from "@waybill/core/registry";
import {
  addImage,
  addManifest,
  addReferrer,
  altered,
  bench,
  BUNDLE_TYPE,
  closeAll,
  indexOf,
  memoryRegistry,
  tagOf,
  type TestAnswer,
  withFaults,
} from "../../support/registry";

afterEach(closeAll);

const API = "GET /v2/team/app/referrers/";
const SBOM_TYPE = "application/spdx+json";

/** An image with two bundles and an SBOM, listed by the API and under the tag as well. */
function imageWithReferrers(options: Parameters<typeof memoryRegistry>[0] = {}) {
  const memory = memoryRegistry(options);
  const image = addImage(memory, "team/app", "one", "v1");
  const bundles = ["signature", "provenance"].map((text) => addReferrer(memory, "team/app", image, text));
  const sbom = addReferrer(memory, "team/app", image, "sbom", SBOM_TYPE);
  if (options.referrers === false) {
    addManifest(memory, "team/app", indexOf([...bundles, sbom]), tagOf(image.digest));
  }
  return { memory, image, bundles, sbom };
}

const digests = (list: readonly { digest: string }[]): string[] => list.map(({ digest }) => digest).sort();

describe.each([
  ["with the API", true],
  ["under the tag", false],
])("listing referrers %s", (_, referrers) => {
  it("finds them all", async () => {
    const { memory, image, bundles, sbom } = imageWithReferrers({ referrers });
    const { registry, app } = await bench(memory.handler);
    const list = await registry.listReferrers(app, image.digest);
    expect(digests(list.referrers)).toEqual(digests([...bundles, sbom]));
    expect(list).toMatchObject({ via: referrers ? "api" : "tag", warnings: [] });
  });

  it("finds those of one type", async () => {
    const { memory, image, sbom } = imageWithReferrers({ referrers });
    const { registry, app } = await bench(memory.handler);
    const list = await registry.listReferrers(app, image.digest, { artifactType: SBOM_TYPE });
    expect(digests(list.referrers)).toEqual([sbom.digest]);
  });

  it("finds nothing where there is nothing", async () => {
    const memory = memoryRegistry({ referrers });
    const image = addImage(memory, "team/app", "one");
    const { registry, app } = await bench(memory.handler);
    expect((await registry.listReferrers(app, image.digest)).referrers).toEqual([]);
  });

  it("takes one request for the list and one for each bundle", async () => {
    const { memory, image, bundles } = imageWithReferrers({ referrers });
    const { registry, app, server } = await bench(memory.handler);
    await registry.listReferrers(app, image.digest); // The first image of a repository shows whether there is an API.
    const before = server.log.length;
    const list = await registry.listReferrers(app, image.digest, { artifactType: BUNDLE_TYPE });
    for (const referrer of list.referrers) await registry.getReferrer(app, image.digest, referrer);
    expect(server.log.length - before).toBe(1 + bundles.length);
  });
});

describe("the referrers API", () => {
  it("is read page by page", async () => {
    const { memory, image, bundles, sbom } = imageWithReferrers({ pageSize: 1 });
    const { registry, app, server } = await bench(memory.handler);
    const list = await registry.listReferrers(app, image.digest);
    expect(digests(list.referrers)).toEqual(digests([...bundles, sbom]));
    expect(server.log).toHaveLength(3);
  });

  it("REG-018: a filter that is ignored is applied here", async () => {
    const { memory, image, sbom } = imageWithReferrers({ filters: false });
    const { registry, app } = await bench(memory.handler);
    const list = await registry.listReferrers(app, image.digest, { artifactType: SBOM_TYPE });
    expect(digests(list.referrers)).toEqual([sbom.digest]);
  });

  it.each([
    ["404", { status: 404 }],
    ["405", { status: 405 }],
    ["400", { status: 400 }],
    ["a page for people", { status: 200, headers: { "content-type": "text/html" }, body: "<p>404</p>" }],
  ] satisfies [string, TestAnswer][])("is taken for absent at %s, and the tag is read", async (_, answer) => {
    const { memory, image, bundles, sbom } = imageWithReferrers({ referrers: false });
    const { registry, app } = await bench(withFaults(memory.handler, [{ on: API, times: 9, then: answer }]));
    const list = await registry.listReferrers(app, image.digest);
    expect(digests(list.referrers)).toEqual(digests([...bundles, sbom]));
  });

  it("REG-015: API 404 and no tag: an empty list", async () => {
    const memory = memoryRegistry({ referrers: false });
    const image = addImage(memory, "team/app", "one");
    const { registry, app, server } = await bench(memory.handler);
    expect(await registry.listReferrers(app, image.digest)).toEqual({
      via: "tag",
      referrers: [],
      warnings: [],
    });
    expect(server.log).toHaveLength(2);
  });

  it.each([
    ["500", { status: 500 }, "unavailable"],
    ["403", { status: 403 }, "forbidden"],
    ["401", { status: 401 }, "unauthorized"],
    ["429 for ever", { status: 429 }, "rate-limited"],
    ["a timeout", { status: 200, stallAfter: 0 }, "timeout"],
    ["a broken connection", { status: 200, cutAfter: 0 }, "unreachable"],
    [
      "an index that is none",
      { status: 200, headers: { "content-type": OCI_INDEX }, body: "{}" },
      "malformed",
    ],
  ] satisfies [string, TestAnswer, string][])(
    "REG-016: %s is an error, never no referrers",
    async (_, answer, code) => {
      for (const path of [API, "GET /v2/team/app/manifests/sha256-"]) {
        const { memory, image } = imageWithReferrers({ referrers: path === API });
        const { registry, app } = await bench(
          withFaults(memory.handler, [{ on: path, times: 999, then: answer }]),
          { retry: { attempts: 2 } },
        );
        await expect(registry.listReferrers(app, image.digest)).rejects.toMatchObject({ code });
      }
    },
  );

  it.each([
    ["to another host", '<https://elsewhere.example/v2/team/app/referrers/x>; rel="next"'],
    ["to another repository", '</v2/team/other/referrers/x>; rel="next"'],
    ["to itself", '<?>; rel="next"'],
  ])("does not follow a next page %s", async (_, link) => {
    const { memory, image } = imageWithReferrers();
    const linked = altered(({ headers }) => ({ headers: { ...headers, link } }));
    const { registry, app } = await bench(withFaults(memory.handler, [{ on: API, times: 9, then: linked }]));
    await expect(registry.listReferrers(app, image.digest)).rejects.toMatchObject({ code: "malformed" });
  });

  it("takes a later page that is no list for an error, not for the end", async () => {
    const { memory, image } = imageWithReferrers({ pageSize: 1 });
    const html = { status: 200, headers: { "content-type": "text/html" }, body: "<p>" };
    const { registry, app } = await bench(withFaults(memory.handler, [{ on: /referrers.*n=1/, then: html }]));
    await expect(registry.listReferrers(app, image.digest)).rejects.toMatchObject({ code: "malformed" });
  });

  it("reads a bounded number of pages and of referrers", async () => {
    const { memory, image } = imageWithReferrers({ pageSize: 1 });
    const few = await bench(memory.handler, { referrers: { pages: 2 } });
    await expect(few.registry.listReferrers(few.app, image.digest)).rejects.toMatchObject({
      code: "malformed",
    });
    const less = await bench(memory.handler, { referrers: { referrers: 2 } });
    await expect(less.registry.listReferrers(less.app, image.digest)).rejects.toMatchObject({
      code: "too-large",
    });
  });

  it("is remembered as absent for a repository with lists under tags, not for its neighbours", async () => {
    const { memory, image, bundles, sbom } = imageWithReferrers();
    const bare = addImage(memory, "team/bare", "bare");
    addManifest(memory, "team/bare", indexOf([]), tagOf(bare.digest));
    const { registry, app, server } = await bench(withFaults(memory.handler, [noApi("team/bare", 9)]));
    const neighbour = { ...app, repository: "team/bare" };
    await registry.listReferrers(neighbour, bare.digest);
    await registry.listReferrers(neighbour, bare.digest);
    expect(server.log).toHaveLength(3);
    expect(digests((await registry.listReferrers(app, image.digest)).referrers)).toEqual(
      digests([...bundles, sbom]),
    );
  });

  it("is asked again where a 404 meant only that the repository was yet to come", async () => {
    const { memory, image, bundles, sbom } = imageWithReferrers();
    const { registry, app } = await bench(withFaults(memory.handler, [noApi("team/app", 1)]));
    expect((await registry.listReferrers(app, image.digest)).referrers).toEqual([]);
    expect(digests((await registry.listReferrers(app, image.digest)).referrers)).toEqual(
      digests([...bundles, sbom]),
    );
  });
});

function noApi(name: string, times: number) {
  return { on: `GET /v2/${name}/referrers`, times, then: { status: 404 } };
}

describe("the fallback tag", () => {
  it.each(["an image", "the subject itself"])(
    "REG-021: a tag that names %s: no referrers, and a warning",
    async (what) => {
      const memory = memoryRegistry({ referrers: false });
      const image = addImage(memory, "team/app", "one");
      const tagged = what === "an image" ? addImage(memory, "team/app", "two") : image;
      memory.repository("team/app").tags.set(tagOf(image.digest), tagged.digest);
      const { registry, app } = await bench(memory.handler);
      const list = await registry.listReferrers(app, image.digest);
      expect(list.referrers).toEqual([]);
      expect(list.warnings).toEqual([expect.stringContaining("not a list of referrers")]);
    },
  );

  it("REG-022: a sha512 subject: the tag is cut to 64 digits, and each entry must name the whole digest", async () => {
    const memory = memoryRegistry({ referrers: false });
    const bytes = Buffer.from(JSON.stringify(indexOf([])));
    const digest = parseDigest(`sha512:${createHash("sha512").update(bytes).digest("hex")}`);
    const twin = parseDigest(`${digest.slice(0, -64)}${"0".repeat(64)}`);
    const subject = { mediaType: OCI_INDEX, digest, size: bytes.length };
    const own = addReferrer(memory, "team/app", subject, "own");
    const foreign = addReferrer(memory, "team/app", { ...subject, digest: twin }, "foreign");
    addManifest(memory, "team/app", indexOf([own, foreign]), `sha512-${digest.slice(7, 71)}`);
    const { registry, app } = await bench(memory.handler);
    expect(digests((await registry.listReferrers(app, digest)).referrers)).toEqual([own.digest]);
    expect(digests((await registry.listReferrers(app, twin)).referrers)).toEqual([foreign.digest]);
  });

  it("lists nothing twice", async () => {
    const { memory, image, bundles } = imageWithReferrers({ referrers: false });
    addManifest(memory, "team/app", indexOf([...bundles, ...bundles]), tagOf(image.digest));
    const { registry, app } = await bench(memory.handler);
    expect((await registry.listReferrers(app, image.digest)).referrers).toHaveLength(2);
  });
});

it("refuses a listed referrer whose manifest names another subject", async () => {
  const { memory, image } = imageWithReferrers();
  const other = addImage(memory, "team/app", "other");
  const stranger = addReferrer(memory, "team/app", other, "good for the other one");
  const { registry, app } = await bench(memory.handler);
  await expect(registry.getReferrer(app, image.digest, stranger)).rejects.toMatchObject({
    code: "malformed",
  });
  await expect(registry.getReferrer(app, image.digest, other)).rejects.toThrow("found no subject");
});
