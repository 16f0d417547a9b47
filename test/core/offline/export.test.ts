import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { json } from "@sigstore/core";
import {
  exportEvidence,
  exportSchema,
  judgeExport,
  judgementSchema,
  readExport,
  recordOf,
} from "@waybill/core/offline";
import { digestOf, type Registry } from "@waybill/core/registry";
import { findMistakes } from "@waybill/core/schema";
import { addImage, addManifest, bench, closeAll, indexOf, memoryRegistry } from "../../support/registry";
import { codeOf } from "../evidence/support/asked";
import { makeKeys } from "../evidence/support/certificate";
import { inquiry, instance, NOON, provenShelf, REPOSITORY, shelf, SIGNATURE, trust } from "./support";

afterEach(closeAll);

const MINUTE = 60_000;
const YEAR = 365 * 24 * 60 * MINUTE;

interface Json {
  digest: string;
  content: {
    manifests: { digest: string; mediaType: string; bytes: string }[];
    evidence: { source: string; bundle: string; attached: string | null }[];
    trust: { hash: string; document: { signers: object[] } };
    judgement: {
      at: string;
      verdict: string;
      image: string;
      trust: string;
      evidence: { refusal: object | null }[];
    };
  };
}

async function exported(made = provenShelf(), policy = trust(), asked = inquiry) {
  const { registry, app, server } = await bench(made.memory.handler);
  const file = await exportEvidence(registry, made.at(app.registry), asked, policy);
  return { ...file, server };
}

/** Changes the content and names it by its new digest, as a forger would. */
function forged(bytes: Buffer, change: (content: Json["content"]) => void): Buffer {
  const { content } = JSON.parse(bytes.toString()) as Json;
  change(content);
  const digest = digestOf(Buffer.from(json.canonicalize(content)));
  return Buffer.from(`${json.canonicalize({ content, digest })}\n`);
}

test("one file with everything: the same verdict without the registry", async () => {
  const { bytes, digest, judgement, server } = await exported();
  await server.close();
  expect(judgement).toMatchObject({ ok: true, reasons: [] });
  const read = readExport("app.json", bytes);
  expect(read.digest).toBe(digest);
  const again = judgeExport(read, read.trust, inquiry.now);
  expect(recordOf(read.image, again, read.trust)).toEqual(read.recorded);
  expect(read.recorded).toMatchObject({ verdict: "yes", environment: "dev", required: [SIGNATURE] });
  expect(read.recorded.evidence).toHaveLength(2);
});

test("the same content is the same bytes, in whatever order the registry lists it", async () => {
  const [one, other] = [provenShelf(), shelf()];
  const manifests = [...one.memory.repository(REPOSITORY).manifests].reverse();
  manifests.forEach(([digest, manifest]) =>
    other.memory.repository(REPOSITORY).manifests.set(digest, manifest),
  );
  one.memory
    .repository(REPOSITORY)
    .blobs.forEach((blob, digest) => other.memory.repository(REPOSITORY).blobs.set(digest, blob));
  const byName = async (made: typeof one) => {
    const { registry, app } = await bench(made.memory.handler);
    // One name for both registries, which listen on different ports.
    const renamed: Registry = {
      ...registry,
      listReferrers: (_, ...rest) => registry.listReferrers(app, ...rest),
      getManifest: (_, ...rest) => registry.getManifest(app, ...rest),
      readBlob: (_, ...rest) => registry.readBlob(app, ...rest),
    };
    return exportEvidence(renamed, made.at("registry.example"), inquiry, trust());
  };
  const [first, second] = await Promise.all([byName(one), byName(other)]);
  expect(second.bytes.equals(first.bytes)).toBe(true);
  expect(second.digest).toBe(first.digest);
});

test("no layers, and no more requests than manifests and bundles", async () => {
  const { bytes, server } = await exported();
  expect(server.log).toHaveLength(6);
  expect(bytes.toString()).not.toContain(Buffer.from("content").toString("base64").slice(0, 8) + "==");
});

test("an index brings its children, each once", async () => {
  const memory = memoryRegistry();
  const children = [addImage(memory, REPOSITORY, "amd64"), addImage(memory, REPOSITORY, "arm64")];
  const index = addManifest(memory, REPOSITORY, indexOf([...children, ...children.slice(0, 1)]));
  const { registry, app } = await bench(memory.handler);
  const image = { ...app, tag: undefined, digest: index.digest };
  const { bytes } = await exportEvidence(registry, image, inquiry, trust());
  const { content } = JSON.parse(bytes.toString()) as Json;
  expect(content.manifests.map(({ digest }) => digest)).toEqual([
    index.digest,
    ...children.map(({ digest }) => digest),
  ]);
  expect(readExport("app.json", bytes).recorded.verdict).toBe("no");
});

test("what cannot be had is an error, never a file with less", async () => {
  const memory = memoryRegistry();
  const child = addImage(memory, REPOSITORY, "amd64");
  const index = addManifest(memory, REPOSITORY, indexOf([child]));
  memory.repository(REPOSITORY).manifests.delete(child.digest);
  const { registry, app } = await bench(memory.handler);
  const image = { ...app, tag: undefined, digest: index.digest };
  await expect(exportEvidence(registry, image, inquiry, trust())).rejects.toMatchObject({
    code: "not-found",
  });
});

test("ten years later: certificate and timestamp still count, though everything has run out", async () => {
  const { bytes } = await exported();
  const read = readExport("app.json", bytes);
  const later = new Date(NOON.getTime() + 10 * YEAR);
  expect(judgeExport(read, read.trust, later)).toMatchObject({ ok: true, reasons: [] });
});

test("ten years later: a signer who was trusted until a date counts for what has a time before it, and for nothing else", async () => {
  const keys = makeKeys();
  const pem = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
  const until = new Date(NOON.getTime() + YEAR).toISOString();
  const made = shelf();
  made.attach(SIGNATURE, {}, { signer: keys, entry: undefined, stampedAt: undefined });
  const byKey = { name: "key", key: { pem }, may: [{ say: ["signature"], for: ["dev"] }], until };
  const policy = trust({ signers: [byKey] });
  const untimed = readExport("app.json", (await exported(made, policy)).bytes);
  const timed = readExport("app.json", (await exported(provenShelf(), trust({}, { until }))).bytes);
  const later = new Date(NOON.getTime() + 10 * YEAR);
  expect(judgeExport(timed, timed.trust, later).ok).toBe(true);
  const no = judgeExport(untimed, untimed.trust, later);
  expect(no.ok).toBe(false);
  expect(no.entries[0]?.refusal?.code).toBe("no-trusted-time");
});

test("a newer trust policy may be asked instead: a signer that is cut off, a digest that is blocked", async () => {
  const { bytes } = await exported();
  const read = readExport("app.json", bytes);
  const compromised = new Date(NOON.getTime() - MINUTE).toISOString();
  expect(judgeExport(read, trust({}, { compromised }), inquiry.now).ok).toBe(false);
  const blocked = [{ digest: read.image.digest, reason: "CVE", by: "sec", at: NOON.toISOString() }];
  expect(judgeExport(read, trust({ blocked }), inquiry.now).reasons.map(({ code }) => code)).toEqual([
    "blocked",
  ]);
});

describe("tampering", () => {
  let bytes: Buffer;
  beforeAll(async () => ({ bytes } = await exported()));

  test("any byte that is changed is refused", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        return ["tampered", "not-an-export"].includes(codeOf(() => readExport("app.json", changed)));
      }),
      { numRuns: 2000 },
    );
  });

  test("so is any byte that is added or missing", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.integer({ min: 0, max: 255 }), fc.boolean(), (at, byte, add) => {
        const parts = add
          ? [bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)]
          : [bytes.subarray(0, at), bytes.subarray(at + 1)];
        const changed = Buffer.concat(parts);
        return changed.equals(bytes) || codeOf(() => readExport("app.json", changed)) !== "OK";
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[string, (content: Json["content"]) => void, string]>([
    [
      "a verdict that its evidence does not give",
      (content) => (content.judgement.verdict = "no"),
      "verdict-mismatch",
    ],
    ["evidence that it says counts, left out", (content) => content.evidence.pop(), "verdict-mismatch"],
    ["evidence twice", (content) => content.evidence.push(...content.evidence), "not-an-export"],
    [
      "another image",
      (content) => (content.judgement.image = content.judgement.image.replace(/.{8}$/, "00000000")),
      "manifest-mismatch",
    ],
    [
      "a tag for a digest",
      (content) => (content.judgement.image = "registry.example/app:v1"),
      "not-an-export",
    ],
    [
      "another manifest",
      (content) => content.manifests.forEach((one) => (one.bytes = Buffer.from("{}").toString("base64"))),
      "manifest-mismatch",
    ],
    [
      "a manifest of something else",
      (content) =>
        content.manifests.push({
          digest: digestOf(Buffer.from("{}")),
          mediaType: "a/b",
          bytes: Buffer.from("{}").toString("base64"),
        }),
      "manifest-mismatch",
    ],
    ["another trust policy", (content) => content.trust.document.signers.pop(), "trust-mismatch"],
    [
      "a trust policy that is none",
      (content) => Object.assign(content.trust.document, { signers: 1 }),
      "not-an-export",
    ],
    [
      "another trust policy's hash in the verdict",
      (content) => (content.judgement.trust = `sha256:${"0".repeat(64)}`),
      "trust-mismatch",
    ],
    ["a time that is none", (content) => (content.judgement.at = "2026-99-99T99:99:99Z"), "not-an-export"],
    ["an unknown key", (content) => Object.assign(content, { more: 1 }), "not-an-export"],
    [
      "objects without end",
      (content) =>
        Object.assign(content.trust.document, {
          deep: JSON.parse("[".repeat(5000) + "]".repeat(5000)) as unknown,
        }),
      "not-an-export",
    ],
  ])("SIG-078: %s is refused even under a digest that fits", (_, change, code) => {
    expect(codeOf(() => readExport("app.json", forged(bytes, change)))).toBe(code);
  });

  test("evidence that the forger would like to count does not, whatever the file says", async () => {
    const stranger = provenShelf();
    const file = await exported(stranger, trust({}, { identity: "https://ci.example/somebody/else" }));
    const yes = forged(file.bytes, (content) => (content.judgement.verdict = "yes"));
    expect(codeOf(() => readExport("app.json", yes))).toBe("verdict-mismatch");
  });

  test("random JSON is no export", () => {
    fc.assert(
      fc.property(fc.json(), (text) => codeOf(() => readExport("a", Buffer.from(text))) === "not-an-export"),
    );
  });

  test("a time of attachment that is none is none", () => {
    const odd = forged(bytes, (content) => content.evidence.forEach((one) => (one.attached = "yesterday")));
    const { gathered } = readExport("app.json", odd);
    expect(gathered.pieces.map(({ attached }) => attached)).toEqual([undefined, undefined]);
  });
});

test("its schemas: written down, and every file fits", async () => {
  const { bytes } = await exported();
  const file = JSON.parse(bytes.toString()) as Json;
  expect(findMistakes(file, exportSchema)).toEqual([]);
  expect(findMistakes(file.content.judgement, judgementSchema)).toEqual([]);
  const written = readFileSync(join(__dirname, "../../../docs/evidence-export.schema.json"), "utf8");
  expect(JSON.parse(written)).toEqual(exportSchema);
});

test("the roots travel inside", async () => {
  const { bytes } = await exported();
  expect(JSON.stringify(readExport("app.json", bytes).trust.document)).toContain(
    instance.root.certificateAuthorities[0]?.certChain.certificates[0]?.rawBytes,
  );
});
