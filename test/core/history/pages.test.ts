import {
  type Deployment,
  evidenceId,
  parseBundle,
  writeReferrer,
  writeStatement,
} from "@waybill/core/evidence";
import { anchorOf, pageOf } from "@waybill/core/history";
import type { Digest } from "@waybill/core/image";
import { signStatement } from "@waybill/core/signer";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { addReferrer, closeAll, type MemoryRegistry } from "../../support/registry";
import { decisionOn, deploymentOn, ours, place } from "./support";
import { world } from "./world";

afterEach(closeAll);

/** A history of so many deployments, as if they had come over years. */
async function fill(memory: MemoryRegistry, digest: Digest, count: number): Promise<string[]> {
  const { manifests, blobs } = memory.repository("team/app");
  const ids: string[] = [];
  for (let number = 0; number < count; number++) {
    const anchor = anchorOf(place, pageOf(number));
    const { after, ...words } = deploymentOn(digest, { after: ids.at(-1) ?? null });
    const finishedOn = new Date(Date.parse("2025-01-01T00:00:00Z") + number * 3_600_000).toISOString();
    const { service, environment } = place;
    const at = { service, environment, target: null };
    const record: Deployment = { ...words, ...at, number, previous: after, from: null, finishedOn };
    const statement = writeStatement([digest, anchor.digest], PREDICATE_TYPES.deployment, record);
    const bundle = await signStatement(statement, ours.signing);
    const hints = { "dev.waybill.number": String(number) };
    const referrer = writeReferrer(anchor, bundle, PREDICATE_TYPES.deployment, new Date(finishedOn), hints);
    for (const blob of referrer.blobs) blobs.set(blob.digest, blob.bytes);
    const { mediaType: type, bytes } = referrer.manifest;
    manifests.set(referrer.manifest.digest, { type, bytes });
    const { content } = parseBundle("test", bundle);
    ids.push("payload" in content ? evidenceId(content) : "");
  }
  return ids;
}

test("a history goes on over pages, for reader and writer, and its newest record takes few requests", async () => {
  const { memory, one, two, read, head, deployOn, decideOn, server } = await world();
  const ids = await fill(memory, one, 199);
  const last = await deployOn(deploymentOn(two, { after: ids[198] ?? "" }));
  expect(last.entry.record.number).toBe(199);
  const decided = await decideOn(decisionOn(one, { after: last.entry.id }));
  const next = await deployOn(
    deploymentOn(one, { kind: "promoted", after: last.entry.id, decision: decided.entry.id }),
  );
  const history = await read();
  expect(history.deployments.map(({ id }) => id)).toEqual([...ids, last.entry.id, next.entry.id]);
  expect(history.decisions.map(({ id }) => id)).toEqual([decided.entry.id]);
  const before = server.log.length;
  expect(await head()).toEqual(history.head);
  expect(server.log.length - before).toBeLessThanOrEqual(4);
}, 30_000);

test("an annotation that lies costs requests, and changes nothing", async () => {
  const { memory, one, head } = await world();
  const ids = await fill(memory, one, 5);
  const anchor = anchorOf(place, 0);
  const { manifests, blobs } = memory.repository("team/app");
  const forge = (number: string, bundle: Buffer) => {
    const { manifest, blobs: all } = writeReferrer(anchor, bundle, PREDICATE_TYPES.deployment, new Date(0), {
      "dev.waybill.number": number,
    });
    for (const blob of all) blobs.set(blob.digest, blob.bytes);
    manifests.set(manifest.digest, { type: manifest.mediaType, bytes: manifest.bytes });
    return () => manifests.delete(manifest.digest);
  };
  expect((await head())?.id).toBe(ids[4]);
  const first = [...blobs.values()].find((bytes) => bytes.includes("dsseEnvelope")) ?? Buffer.alloc(0);
  for (const [number, bytes] of [
    ["5", Buffer.from("{}")],
    ["999", first],
    ["5", first],
    ["4", first],
    ["x", first],
  ] as const) {
    const undo = forge(number, bytes);
    expect((await head())?.id).toBe(ids[4]);
    undo();
  }
  addReferrer(memory, "team/app", anchor, "{}");
  expect((await head())?.id).toBe(ids[4]);
});
