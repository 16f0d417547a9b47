import { gather, judge } from "@waybill/core/offline";
import { bench, closeAll } from "../../support/registry";
import { makeKeys } from "../evidence/support/certificate";
import { inquiry, NOON, PROVENANCE, REPOSITORY, shelf, SIGNATURE, SLSA, trust } from "./support";

afterEach(closeAll);

const at = (minutes: number): Date => new Date(NOON.getTime() + minutes * 60_000);

async function entriesOf(made: ReturnType<typeof shelf>) {
  const { registry, app } = await bench(made.memory.handler);
  return judge(await gather(registry, made.at(app.registry)), inquiry, trust()).entries;
}

test("E10: by trusted time; what has none stands where it says that it was attached", async () => {
  const made = shelf();
  made.attachBytes(Buffer.from("{}"), "unknown", at(4));
  made.attach(SLSA, PROVENANCE, { stampedAt: at(3) }, at(-9));
  const stranger = makeKeys();
  made.attach(SIGNATURE, {}, { signer: stranger, entry: undefined, stampedAt: undefined }, at(2));
  made.attach(SIGNATURE, {}, { stampedAt: at(1) }, at(9));
  expect(
    (await entriesOf(made)).map(({ predicateType, time, refusal }) => [predicateType, time, refusal?.code]),
  ).toEqual([
    [SIGNATURE, at(1), undefined],
    [SIGNATURE, undefined, "key-unknown"],
    [SLSA, at(3), undefined],
    [undefined, undefined, "bundle-format"],
  ]);
});

test("the registry's own order has no part in it", async () => {
  const made = shelf();
  for (let piece = 0; piece < 6; piece++) made.attach(SIGNATURE, {});
  const { manifests } = made.memory.repository(REPOSITORY);
  const digests = (entries: Awaited<ReturnType<typeof entriesOf>>) =>
    entries.map(({ source }) => source.replace(/.*@/, ""));
  const first = digests(await entriesOf(made));
  const reversed = [...manifests].reverse();
  manifests.clear();
  reversed.forEach(([digest, manifest]) => manifests.set(digest, manifest));
  expect(digests(await entriesOf(made))).toEqual(first);
});

test("what does not count shows who is said to have signed it, by key or by certificate", async () => {
  const made = shelf();
  made.attach(SIGNATURE, {}, { signer: makeKeys(), entry: undefined, stampedAt: undefined });
  made.attach(SLSA, {}, {}, at(1));
  const [byKey, byCertificate] = await entriesOf(made);
  expect(byKey?.signer?.identity).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  expect(byCertificate).toMatchObject({
    refusal: { code: "predicate-invalid" },
    signer: { identity: expect.stringMatching(/^https:\/\/ci\.example\//) as string },
  });
});
