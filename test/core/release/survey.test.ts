import { parsePromotion } from "@waybill/core/promotion";
import { survey, type Survey } from "@waybill/core/release";
import { hashOf } from "../../support/gates";
import { closeAll } from "../../support/registry";
import { decisionOn, ours, place, theirs } from "../history/support";
import { leaveProposal, promoted, world } from "../history/world";

afterEach(closeAll);

const signers = [ours, theirs].map(({ pem }, index) => ({
  name: `hand-${index}`,
  key: { pem },
  may: [{ say: ["vsa", "deployment", "revocation"], for: ["dev", "staging"] }],
}));
const promotion = parsePromotion(
  "/repo/promotion.yaml",
  `
version: 1
owner: platform@example.com
nextReview: 2027-06-01
environments: [{ name: dev }, { name: staging }]
services: { shop: { path: shop } }
trust: { signers: ${JSON.stringify(signers)} }
`,
);
const configuration = { config: hashOf("c"), manifests: hashOf("m"), settings: {}, secrets: {} };

function surveyIn({ registry, repository, options }: Awaited<ReturnType<typeof world>>): Promise<Survey> {
  const nothing = { pin: undefined, hold: undefined, requester: undefined, change: undefined };
  return survey(
    { registry, promotion, now: options.now() },
    { place, repository, configuration, ...nothing },
  );
}

describe("P9: what is under way", () => {
  test("is what was let in and does not run yet", async () => {
    const made = await world();
    expect((await surveyIn(made)).underway).toEqual([]);
    const { entry } = await made.decideOn(decisionOn(made.one));
    expect((await surveyIn(made)).underway).toMatchObject([{ id: entry.id, digest: made.one }]);
    const words = promoted(made.one, null, entry.id);
    await made.deployOn({ ...words, image: { ...words.image, repository: made.repository } });
    expect((await surveyIn(made)).underway).toEqual([]);
  });

  test("is no proposal that a killed run left behind: that gives way", async () => {
    const made = await world();
    await leaveProposal(made.registry, made.app, made.one, made.options.now());
    const { own, underway } = await surveyIn(made);
    expect(own.decisions).toHaveLength(1);
    expect(underway).toEqual([]);
  });

  test("is nothing that lapsed", async () => {
    const made = await world();
    await made.decideOn(decisionOn(made.one));
    made.clock.now += 25 * 60 * 60 * 1000;
    expect((await surveyIn(made)).underway).toEqual([]);
  });
});
