import { collect, collectEvidence, prove } from "@waybill/core/proof";
import {
  addBlob,
  addManifest,
  addReferrer,
  closeAll,
  digestFor,
  indexOf,
  tagOf,
} from "../../support/registry";
import { makeKeys } from "../evidence/support/certificate";
import { attachEvidence } from "@waybill/core/proof";
import { bundleOf, later, trusting, ours, withImage } from "./support";

afterEach(closeAll);

const asked = { environment: "dev", now: later };

describe.each([
  ["with the referrers API", true],
  ["without it", false],
])("%s", (_, api) => {
  it("what was attached is found, and proves something", async () => {
    const { registry, image } = await withImage(api);
    const bundle = bundleOf(image);
    const { referrer } = await attachEvidence(registry, image, bundle, { now: later });
    const [piece, ...more] = await collectEvidence(registry, image);
    expect(more).toEqual([]);
    expect(piece).toMatchObject({ referrer, source: `${image.registry}/team/app@${referrer}` });
    expect(Buffer.from(piece?.bytes ?? [])).toEqual(bundle);
    const { claims, refused } = await prove(registry, image, asked, trusting(ours));
    expect(claims).toMatchObject([{ trustedAs: ["ci"] }]);
    expect(refused).toEqual([]);
  });

  it("an image without evidence has an empty list", async () => {
    const { registry, image } = await withImage(api);
    expect(await collectEvidence(registry, image)).toEqual([]);
  });

  it.each([401, 403, 429, 500, 503])(
    "E6: status %i on the list is an error, never an empty list",
    async (status) => {
      const { registry, image } = await withImage(api, [
        { on: /referrers|manifests\/sha256-/, times: Infinity, then: { status } },
      ]);
      await expect(collectEvidence(registry, image)).rejects.toMatchObject({ name: "RegistryError" });
      await expect(prove(registry, image, asked, trusting(ours))).rejects.toMatchObject({
        name: "RegistryError",
      });
    },
  );

  it("E6: a bundle that the registry does not give out is an error", async () => {
    const { registry, image } = await withImage(api, [
      { on: "GET /v2/team/app/blobs/", times: Infinity, then: { status: 503 } },
    ]);
    await attachEvidence(registry, image, bundleOf(image), { now: later });
    await expect(collectEvidence(registry, image)).rejects.toMatchObject({ code: "unavailable" });
  });
});

it("asks for no more than the list, and manifest and content of each bundle: 5 for signature and attestation", async () => {
  const { registry, image, requests } = await withImage(true);
  await attachEvidence(registry, image, bundleOf(image), { now: later });
  await attachEvidence(registry, image, bundleOf(image, "https://example.com/a"), { now: later });
  const before = requests().length;
  expect(await collectEvidence(registry, image)).toHaveLength(2);
  expect(requests().slice(before)).toHaveLength(5);
});

it("only sigstore bundles are fetched", async () => {
  const { registry, image, memory, requests } = await withImage(true);
  addReferrer(memory, "team/app", { ...image, mediaType: "x/y", size: 1 }, "[]", "application/spdx+json");
  addReferrer(
    memory,
    "team/app",
    { ...image, mediaType: "x/y", size: 1 },
    "[]",
    "application/vnd.cncf.notary.signature",
  );
  const before = requests().length;
  expect(await collect(registry, image)).toEqual({ pieces: [], refused: [] });
  expect(requests().slice(before)).toHaveLength(1);
});

it("SIG-072: broken, foreign and vanished referrers neither break nor satisfy", async () => {
  const { registry, image, memory } = await withImage(false);
  const good = await attachEvidence(registry, image, bundleOf(image), { now: later });
  const other = { mediaType: "x/y", digest: digestFor("another image"), size: 1 };
  const listed = [...memory.repository("team/app").manifests].find(([digest]) => digest === good.referrer);
  const entries = [
    {
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      digest: image.digest,
      size: listed?.[1].bytes.length ?? 0,
    },
    addReferrer(memory, "team/app", other, "about another image"),
    addReferrer(memory, "team/app", { ...image, mediaType: "x/y", size: 1 }, "no bundle"),
    { mediaType: "x/y", digest: digestFor("gone"), size: 4 },
    addManifest(memory, "team/app", { mediaType: "x/y" }),
  ];
  const own = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest: good.referrer, size: 1 };
  addManifest(memory, "team/app", indexOf([...entries, own]), tagOf(image.digest));
  const { claims, refused } = await prove(registry, image, asked, trusting(ours));
  expect(claims).toHaveLength(1);
  expect(refused.map(({ error }) => error.code).sort()).toEqual([
    "bundle-format",
    "not-a-referrer",
    "not-a-referrer",
    "not-a-referrer",
    "not-a-referrer",
  ]);
});

it("what cosign lists under a tag is found, though its list names the type of the config", async () => {
  const { registry, image, memory } = await withImage(false);
  const subject = { mediaType: "x/y", digest: image.digest, size: 1 };
  const referrer = addReferrer(memory, "team/app", subject, bundleOf(image).toString());
  const entry = { ...referrer, artifactType: "application/vnd.oci.empty.v1+json" };
  addManifest(memory, "team/app", indexOf([entry]), tagOf(image.digest));
  expect(await collectEvidence(registry, image)).toHaveLength(1);
});

it("evidence without end is a no, and nothing of it is fetched", async () => {
  const { registry, image, memory, requests } = await withImage(false);
  const entries = Array.from({ length: 1001 }, (_, index) => ({
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    digest: digestFor(String(index)),
    size: 1,
  }));
  addManifest(memory, "team/app", indexOf(entries), tagOf(image.digest));
  const report = await prove(registry, image, asked, trusting(ours));
  expect(report.refused.map(({ error }) => error.code)).toEqual(["too-many"]);
  expect(requests().filter((line) => line.includes("/blobs/"))).toEqual([]);
});

it("bundles that are too large together are not fetched", async () => {
  const { registry, image, memory, requests } = await withImage(false);
  const config = { ...addBlob(memory, "team/app", "{}"), mediaType: "application/vnd.oci.empty.v1+json" };
  const layer = {
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    digest: digestFor("big"),
    size: 2 ** 25,
  };
  const subject = { mediaType: "x/y", digest: image.digest, size: 1 };
  const manifest = { schemaVersion: 2, config, layers: Array<object>(9).fill(layer), subject };
  addManifest(memory, "team/app", indexOf([addManifest(memory, "team/app", manifest)]), tagOf(image.digest));
  const before = requests().length;
  await expect(collectEvidence(registry, image)).rejects.toMatchObject({ code: "too-many" });
  expect(
    requests()
      .slice(before)
      .filter((line) => line.includes("/blobs/")),
  ).toEqual([]);
});

it("evidence of a stranger is listed and proves nothing", async () => {
  const { registry, image } = await withImage(true);
  await attachEvidence(registry, image, bundleOf(image), { now: later });
  const { claims, refused } = await prove(registry, image, asked, trusting(makeKeys()));
  expect(claims).toEqual([]);
  expect(refused).toMatchObject([{ error: { code: "key-unknown" } }]);
});
