import { attachEvidence, collectEvidence, isAttached } from "@waybill/core/proof";
import { closeAll, digestFor } from "../../support/registry";
import { signFile } from "../evidence/support/instance";
import { toBytes } from "../evidence/support/instance";
import { bundleOf, instance, later, withImage } from "./support";

afterEach(closeAll);

describe.each([
  ["with the referrers API", true],
  ["without it", false],
])("%s", (_, api) => {
  it("the same bundle is attached once, whenever that is tried again", async () => {
    const { registry, image, memory } = await withImage(api);
    const bundle = bundleOf(image);
    const first = await attachEvidence(registry, image, bundle, { now: later });
    const count = memory.repository("team/app").manifests.size;
    const again = await attachEvidence(registry, image, bundle, { now: new Date(later.getTime() + 1e6) });
    expect(again).toEqual({ ...first, added: false });
    expect(memory.repository("team/app").manifests.size).toBe(count);
  });

  it("two attach at once and both stay", async () => {
    const { registry, image } = await withImage(api);
    await Promise.all(
      ["a", "b", "c"].map((name) =>
        attachEvidence(registry, image, bundleOf(image, `https://example.com/${name}`), { now: later }),
      ),
    );
    expect(await collectEvidence(registry, image)).toHaveLength(3);
  });

  it("it is there until its manifest or its content is gone", async () => {
    const { registry, image, memory } = await withImage(api);
    const bundle = bundleOf(image);
    const { referrer } = await attachEvidence(registry, image, bundle, { now: later });
    expect(await isAttached(registry, image, referrer)).toBe(true);
    expect(await isAttached(registry, image, digestFor("another"))).toBe(false);
    const { blobs, manifests } = memory.repository("team/app");
    blobs.delete(digestFor(bundle));
    expect(await isAttached(registry, image, referrer)).toBe(false);
    blobs.set(digestFor(bundle), bundle);
    manifests.delete(referrer);
    expect(await isAttached(registry, image, referrer)).toBe(false);
  });

  it("a registry that does not answer is an error, not an absence", async () => {
    const { registry, image } = await withImage(api, [
      { on: /^GET/, times: Infinity, then: { status: 503 } },
    ]);
    await expect(isAttached(registry, image, digestFor("x"))).rejects.toMatchObject({ code: "unavailable" });
  });
});

it("the manifest is what cosign 3 writes", async () => {
  const { registry, image, memory } = await withImage(true);
  const bundle = bundleOf(image);
  const { referrer } = await attachEvidence(registry, image, bundle, { now: later });
  const written = memory.repository("team/app").manifests.get(referrer)?.bytes.toString() ?? "";
  const media = "application/vnd.dev.sigstore.bundle.v0.3+json";
  expect(JSON.parse(written)).toMatchObject({
    artifactType: media,
    config: { mediaType: "application/vnd.oci.empty.v1+json", size: 2 },
    layers: [{ mediaType: media, digest: digestFor(bundle), size: bundle.length }],
    subject: { digest: image.digest },
    annotations: {
      "dev.sigstore.bundle.content": "dsse-envelope",
      "dev.sigstore.bundle.predicateType": "https://sigstore.dev/cosign/sign/v1",
      "org.opencontainers.image.created": "2026-06-01T13:00:00Z",
    },
  });
});

it("evidence about another image is refused, and so is what is no statement", async () => {
  const { registry, image, memory } = await withImage(true);
  const other = bundleOf({ ...image, digest: digestFor("other") });
  const message = toBytes(signFile(instance, Buffer.from("file")));
  const count = memory.repository("team/app").manifests.size;
  const attach = (bundle: Buffer) => attachEvidence(registry, image, bundle, { now: later });
  await expect(attach(other)).rejects.toMatchObject({ code: "subject-mismatch" });
  await expect(attach(message)).rejects.toMatchObject({ code: "payload-type" });
  await expect(attach(Buffer.from("{}"))).rejects.toMatchObject({ code: "bundle-format" });
  expect(memory.repository("team/app").manifests.size).toBe(count);
});
