import { LIMITS, readReferrer, writeReferrer } from "@waybill/core/evidence";
import { digestOf, IMAGE } from "../support/asked";

const OCI = "application/vnd.oci.image.manifest.v1+json";
const subject = { mediaType: OCI, digest: IMAGE, size: 7 };
const bundle = Buffer.from("a bundle");
const written = writeReferrer(
  subject,
  bundle,
  "https://slsa.dev/provenance/v1",
  new Date("2026-06-01T12:00:00.123Z"),
);
const json = JSON.parse(written.manifest.bytes.toString()) as Record<string, unknown>;

function codeOf(change: object): string {
  try {
    readReferrer("manifest", Buffer.from(JSON.stringify({ ...json, ...change })), IMAGE);
    return "OK";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test("a referrer is written as cosign 3 writes it, and read back", () => {
  expect(json).toEqual({
    schemaVersion: 2,
    mediaType: OCI,
    artifactType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    config: { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf("{}"), size: 2 },
    layers: [
      { mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json", digest: digestOf("a bundle"), size: 8 },
    ],
    subject,
    annotations: {
      "dev.sigstore.bundle.content": "dsse-envelope",
      "dev.sigstore.bundle.predicateType": "https://slsa.dev/provenance/v1",
      "org.opencontainers.image.created": "2026-06-01T12:00:00Z",
    },
  });
  expect(written.manifest.digest).toBe(digestOf(written.manifest.bytes.toString()));
  expect(written.blobs.map(({ digest }) => digest)).toEqual([digestOf("{}"), digestOf("a bundle")]);
  expect(readReferrer("manifest", written.manifest.bytes, IMAGE)).toEqual([
    { mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json", digest: digestOf("a bundle"), size: 8 },
  ]);
});

test("SIG-069: a referrer whose own subject is another digest is refused", () => {
  expect(codeOf({ subject: { ...subject, digest: digestOf("other") } })).toBe("not-a-referrer");
});

test("SIG-070: what has no subject, as the children of an index, is no referrer", () => {
  expect(codeOf({ subject: undefined })).toBe("not-a-referrer");
  expect(codeOf({ mediaType: "application/vnd.oci.image.index.v1+json" })).toBe("not-a-referrer");
});

test("SIG-073: a manifest that is an index to others is refused", () => {
  expect(codeOf({ manifests: [] })).toBe("not-a-referrer");
  expect(codeOf({ layers: undefined })).toBe("not-a-referrer");
  expect(codeOf({ config: undefined })).toBe("not-a-referrer");
});

test("SIG-068: a layer that says it is too large is not fetched, and a manifest that is too large is not parsed", () => {
  const [layer] = json["layers"] as object[];
  expect(codeOf({ layers: [{ ...layer, size: LIMITS.bundleBytes + 1 }] })).toBe("bundle-too-large");
  expect(codeOf({ padding: "x".repeat(LIMITS.manifestBytes) })).toBe("bundle-too-large");
});

test("layers that are no bundles are left alone", () => {
  expect(codeOf({ layers: [] })).toBe("OK");
  const other = Buffer.from(
    JSON.stringify({ ...json, layers: [{ mediaType: "text/plain", digest: "odd", size: 1 }] }),
  );
  expect(readReferrer("manifest", other, IMAGE)).toEqual([]);
});
