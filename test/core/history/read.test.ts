import { predicateOf, writeStatement } from "@waybill/core/evidence";
import { anchorOf, ensureAnchor } from "@waybill/core/history";
import { attachEvidence, collectEvidence, prove } from "@waybill/core/proof";
import { signStatement } from "@waybill/core/signer";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { addReferrer, closeAll } from "../../support/registry";
import { trustOf } from "../evidence/support/asked";
import { decisionOn, deploymentOn, hash, HOUR, ours, place, stranger, theirs, trust } from "./support";
import { noon, promoted, world } from "./world";

afterEach(closeAll);

test("PRO-001: what nobody trusted signed is no history, and stands in nobody's way", async () => {
  const { decideOn, deployOn, read, one, two } = await world();
  const may = [{ say: ["vsa", "deployment"], for: ["staging"] }];
  const own = { trust: trustOf({ signers: [{ name: "stranger", key: { pem: stranger.pem }, may }] }) };
  const decision = await decideOn(decisionOn(one), stranger, own);
  await deployOn(promoted(one, null, decision.entry.id), stranger, own);
  expect((await read(own.trust)).deployments).toHaveLength(1);
  expect(await read()).toMatchObject({ deployments: [], decisions: [], forks: [] });
  expect(await decideOn(decisionOn(two))).toMatchObject({ added: true });
});

test("PRO-005: a record copied to the history of another place counts for nothing there", async () => {
  const { decideOn, deployOn, registry, app, image, read, one } = await world();
  const decision = await decideOn(decisionOn(one));
  await deployOn(promoted(one, null, decision.entry.id));
  for (const other of [
    { ...place, environment: "dev" },
    { ...place, service: "other" },
    { ...place, target: "eu" },
  ]) {
    const anchor = await ensureAnchor(registry, app, other, 0);
    for (const { bytes } of await collectEvidence(registry, image(one))) {
      await expect(
        attachEvidence(registry, image(anchor.digest), bytes, { now: new Date(noon) }),
      ).rejects.toMatchObject({ code: "subject-mismatch" });
      await registry.attach(app, anchor, {
        artifactType: BUNDLE,
        layers: [{ mediaType: BUNDLE, bytes }],
      });
    }
    expect(await read(trust, other)).toMatchObject({ deployments: [], decisions: [] });
  }
});

const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

test("PRO-004: a record whose words are of another digest than its subjects counts for nothing", async () => {
  const { registry, app, read, one, two, decideOn, image } = await world();
  const { entry } = await decideOn(decisionOn(one));
  const { claims } = await prove(
    registry,
    image(one),
    { environment: "staging", now: new Date(noon + HOUR) },
    trust,
  );
  const anchor = await ensureAnchor(registry, app, place, 0);
  const swapped = writeStatement([two, anchor.digest], PREDICATE_TYPES.vsa, claims[0]?.predicate as object);
  const bytes = await signStatement(swapped, ours.signing);
  await registry.attach(app, anchor, { artifactType: BUNDLE, layers: [{ mediaType: BUNDLE, bytes }] });
  expect((await read()).decisions.map(({ id }) => id)).toEqual([entry.id]);
});

test.each([
  ["another verifier", { verifier: { id: "https://other.example" } }],
  ["another resource", { resourceUri: "waybill:shop/prod" }],
  ["a failed result", { verificationResult: "FAILED" }],
  ["another level", { verifiedLevels: ["SLSA_BUILD_LEVEL_3"] }],
  ["another time", { timeVerified: "2026-01-01T00:00:00.000Z" }],
  ["other rules", { policy: { uri: "promotion.yaml", digest: { sha256: "f".repeat(64) } } }],
  ["no decision in it", { waybill_decision: undefined }],
  ["a decision that lacks something", { waybill_decision: { digest: hash("1") } }],
])("PRO-033: a summary with %s is no decision", async (_, change) => {
  const { registry, app, read, one, decideOn, image } = await world();
  const { entry } = await decideOn(decisionOn(one));
  const { claims } = await prove(
    registry,
    image(one),
    { environment: "staging", now: new Date(noon + HOUR) },
    trust,
  );
  const anchor = await ensureAnchor(registry, app, place, 0);
  const summary = { ...predicateOf(claims[0] as never, "vsa"), ...change };
  const statement = writeStatement([one, anchor.digest], PREDICATE_TYPES.vsa, summary);
  const bytes = await signStatement(statement, ours.signing);
  await registry.attach(app, anchor, { artifactType: BUNDLE, layers: [{ mediaType: BUNDLE, bytes }] });
  expect((await read()).decisions.map(({ id }) => id)).toEqual([entry.id]);
});

test("PRO-024: a revoked decision lets nothing in and stands in nobody's way; a revoked deployment says so", async () => {
  const { decideOn, deployOn, registry, app, image, read, head, one, two } = await world();
  const decision = await decideOn(decisionOn(one));
  const anchor = await ensureAnchor(registry, app, place, 0);
  const revoke = async (id: string) => {
    const words = { reason: "made by mistake", evidence: [id] };
    const statement = writeStatement(anchor.digest, PREDICATE_TYPES.revocation, words);
    const bytes = await signStatement(statement, theirs.signing);
    await attachEvidence(registry, image(anchor.digest), bytes, { now: new Date(noon) });
  };
  await revoke(decision.entry.id);
  expect((await read()).decisions).toEqual([]);
  await expect(deployOn(promoted(one, null, decision.entry.id))).rejects.toMatchObject({
    code: "decision-missing",
  });
  const other = await decideOn(decisionOn(two));
  const first = await deployOn(promoted(two, null, other.entry.id));
  await revoke(first.entry.id);
  expect((await read()).deployments).toMatchObject([
    { id: first.entry.id, revoked: expect.stringContaining("by mistake") as string },
  ]);
  expect(await head()).toMatchObject({
    id: first.entry.id,
    revoked: expect.stringContaining("by mistake") as string,
  });
  const next = await deployOn(deploymentOn(one, { after: first.entry.id }));
  expect((await read()).head?.id).toBe(next.entry.id);
});

test("a flooded history is an error, and never an empty one", async () => {
  const { registry, app, read, memory } = await world();
  const anchor = await ensureAnchor(registry, app, place, 0);
  for (let index = 0; index < 1001; index++) addReferrer(memory, "team/app", anchor, `junk ${index}`);
  await expect(read()).rejects.toMatchObject({ code: "unreadable" });
});

test("the anchor is computed from the place alone", () => {
  expect(anchorOf(place, 0)).toEqual(anchorOf({ ...place }, 0));
  const others = [
    anchorOf(place, 1),
    anchorOf({ ...place, target: "eu" }, 0),
    anchorOf({ ...place, service: "x" }, 0),
    anchorOf({ ...place, environment: "x" }, 0),
  ];
  expect(new Set([anchorOf(place, 0), ...others].map(({ digest }) => digest)).size).toBe(5);
  expect(anchorOf(place, 0).digest).toMatchInlineSnapshot(
    `"sha256:b48baedfc66cee5334ff0937c25f10d81bff419214c23504c8e99cc04b88e9a9"`,
  );
});
