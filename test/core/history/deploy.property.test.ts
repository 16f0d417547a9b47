import { decide, deploy, type Deployed, readHistory } from "@waybill/core/history";
import type { Digest } from "@waybill/core/image";
import type { Registry } from "@waybill/core/registry";
import fc from "fast-check";
import { memoryRegistry, type MemoryRegistryOptions } from "../../support/registry";
import { type Kill, seeded, Simulation } from "./simulation";
import { decisionOn, deploymentOn, ours, place, REPOSITORY, theirs, trust, withImages } from "./support";
import { promoted } from "./world";

jest.setTimeout(60_000);

const worlds: readonly (readonly [string, MemoryRegistryOptions, number])[] = [
  ["with the referrers API", {}, 0],
  ["with lists that lag", {}, 8],
  ["with lists under tags", { referrers: false }, 0],
];

type Outcome = Deployed | "killed";
type Work = (
  registry: Registry,
  digest: Digest,
  signing: typeof ours.signing,
  options: Options,
) => Promise<Deployed>;
type Options = Parameters<typeof deploy>[5];

function worldOf(options: MemoryRegistryOptions, lag: number, seed: number, work: Work) {
  const memory = memoryRegistry(options);
  const digests = withImages(memory, "one", "two");
  const simulation = new Simulation(memory, { lag, random: seeded(seed) });
  const { now, sleep: wait } = simulation;
  const run = (who: number, kill?: Kill): Promise<Outcome> => {
    const { registry, dies } = simulation.client(who, kill);
    const { signing } = who === 1 ? theirs : ours;
    return Promise.race([work(registry, digests[who] as Digest, signing, { trust, now, wait }), dies]);
  };
  const together = (...runs: readonly (readonly [who: number, kill?: Kill | undefined])[]) =>
    simulation.settle(runs.map(([who, kill]) => run(who, kill)));
  const read = async () => {
    const [outcome] = await simulation.settle([
      readHistory(simulation.client(9).registry, REPOSITORY, place, trust, now()),
    ]);
    if (outcome?.status !== "fulfilled") throw new Error("unreadable");
    return outcome.value;
  };
  return { digests, together, read };
}

const seeds = fc.integer();
const kill = fc.record({ at: fc.integer({ min: 1, max: 60 }), heard: fc.constantFrom("before", "after") });
const maybeKill = fc.option(kill, { nil: undefined });

const deployed = (outcomes: readonly PromiseSettledResult<Outcome>[]): string[] =>
  outcomes.flatMap((one) => (one.status === "fulfilled" && one.value !== "killed" ? one.value.entry.id : []));

const undecided: Work = (registry, digest, signing, options) =>
  deploy(registry, REPOSITORY, place, deploymentOn(digest), signing, options);

const underDecision: Work = async (registry, digest, signing, options) => {
  const { entry } = await decide(registry, REPOSITORY, place, decisionOn(digest), signing, options);
  return deploy(registry, REPOSITORY, place, promoted(digest, null, entry.id), signing, options);
};

describe.each(worlds)("%s", (_, options, lag) => {
  test("PRO-013: under decisions only the winner is ever recorded, killed or not, and nothing forks", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, maybeKill, maybeKill, async (seed, first, second) => {
        const { together, read } = worldOf(options, lag, seed, underDecision);
        const outcomes = [...(await together([0, first], [1, second]))];
        for (let again = 0; again < 4; again++) outcomes.push(...(await together([again % 2])));
        const history = await read();
        expect(history.deployments).toHaveLength(1);
        expect(history.forks).toEqual([]);
        expect(new Set(deployed(outcomes))).toEqual(new Set(history.deployments.map(({ id }) => id)));
      }),
      { numRuns: 25 },
    );
  });

  test("without decisions: one record stands, the same for everybody, and who is refused never does", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, maybeKill, async (seed, first) => {
        const { together, read, digests } = worldOf(options, lag, seed, undecided);
        await together([0, first], [1]);
        const outcomes = await together([0], [1]);
        const history = await read();
        expect(history.deployments).toHaveLength(1);
        const [winner] = history.deployments;
        expect(deployed(outcomes)).toEqual([winner?.id]);
        const refused = outcomes.findIndex(({ status }) => status === "rejected");
        expect(digests[refused]).not.toBe(winner?.record.image.digest);
      }),
      { numRuns: 25 },
    );
  });
});

test.each(["before", "after"] as const)(
  "killed at every step, %s the answer of a request: nothing happened, or a rerun completes it",
  async (heard) => {
    for (let at = 1, died = true; died; at++) {
      const { together, read, digests } = worldOf({}, 0, 1, underDecision);
      const [first] = await together([0, { at, heard }]);
      died = first?.status === "fulfilled" && first.value === "killed";
      const between = await read();
      expect(between.forks).toEqual([]);
      for (const { record } of between.deployments) expect(record.image.digest).toBe(digests[0]);
      const [again] = await together([0]);
      const history = await read();
      expect(history).toMatchObject({ deployments: [{ record: { number: 0 } }], forks: [] });
      expect(deployed(again ? [again] : [])).toEqual(history.deployments.map(({ id }) => id));
      expect(new Set(history.decisions.map(({ digest }) => digest))).toEqual(new Set([digests[0]]));
      const [other] = await together([1]);
      expect(other).toMatchObject({ status: "rejected", reason: { code: "head-moved" } });
    }
  },
);
