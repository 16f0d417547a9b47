import { decide, HistoryError, readHistory, standing, type Decided } from "@waybill/core/history";
import type { Digest } from "@waybill/core/image";
import fc from "fast-check";
import { memoryRegistry, type MemoryRegistryOptions } from "../../support/registry";
import { type Kill, seeded, Simulation } from "./simulation";
import { decisionOn, ours, place, REPOSITORY, theirs, trust, withImages } from "./support";

const worlds: readonly (readonly [string, MemoryRegistryOptions, number])[] = [
  ["with the referrers API", {}, 0],
  ["with lists that lag", {}, 8],
  ["with lists under tags", { referrers: false }, 0],
  ["with lists under tags that are written conditionally", { referrers: false, etags: true }, 0],
];

interface Outcome {
  readonly digest: Digest;
  readonly result: PromiseSettledResult<Decided | "killed">;
}

const isRefusal = (reason: unknown): boolean =>
  reason instanceof HistoryError && ["other-decision", "withdrawn"].includes(reason.code);
const isWin = ({ result }: Outcome): boolean => result.status === "fulfilled" && result.value !== "killed";

function worldOf(options: MemoryRegistryOptions, lag: number, seed: number, patient = true) {
  const memory = memoryRegistry(options);
  const digests = withImages(memory, "one", "two", "three");
  const random = seeded(seed);
  const simulation = new Simulation(memory, { lag, random });
  const run = (who: number, kill?: Kill): Promise<Decided | "killed"> => {
    const { registry, dies } = simulation.client(who, kill);
    const { signing } = who === 1 ? theirs : ours;
    const { now, sleep } = simulation;
    const wait = patient ? sleep : () => Promise.resolve();
    const words = decisionOn(digests[who] as Digest);
    const work = decide(registry, REPOSITORY, place, words, signing, { trust, now, wait });
    return Promise.race([work, dies]);
  };
  const outcomes: Outcome[] = [];
  const together = async (...runs: readonly (readonly [who: number, kill?: Kill | undefined])[]) => {
    const results = await simulation.settle(runs.map(([who, kill]) => run(who, kill)));
    const found = results.map((result, index) => ({
      digest: digests[runs[index]?.[0] ?? 0] as Digest,
      result,
    }));
    outcomes.push(...found);
    return found;
  };
  const read = () => readHistory(simulation.client(9).registry, REPOSITORY, place, trust, simulation.now());
  const winners = () => new Set(outcomes.filter(isWin).map(({ digest }) => digest));
  return { together, read, winners, outcomes, simulation };
}

jest.setTimeout(60_000);
const seeds = fc.integer();
const kill = fc.record({ at: fc.integer({ min: 1, max: 45 }), heard: fc.constantFrom("before", "after") });
const maybeKill = fc.option(kill, { nil: undefined });

describe.each(worlds)("%s", (_, options, lag) => {
  test.each([2, 3])(
    "PRO-013: of %i decisions at the same time exactly one wins, and readers see which",
    async (writers) => {
      await fc.assert(
        fc.asyncProperty(seeds, async (seed) => {
          const { together, winners, read, outcomes, simulation } = worldOf(options, lag, seed);
          await together(...Array.from({ length: writers }, (_unused, who) => [who] as const));
          for (const { result } of outcomes)
            if (result.status === "rejected" && !isRefusal(result.reason)) throw result.reason;
          expect(winners().size).toBe(1);
          const [[history]] = [await simulation.settle([read()])];
          if (history?.status !== "fulfilled") throw new Error("unreadable");
          const [digest] = winners();
          const entrance = {
            digest: digest as Digest,
            config: decisionOn(digest as Digest).config,
            after: null,
          };
          expect(standing(history.value, entrance, simulation.now())).toBeDefined();
        }),
        { numRuns: 40 },
      );
    },
  );

  test("PRO-013: killed anywhere, and run again: never two winners, and somebody gets through", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, maybeKill, maybeKill, async (seed, first, second) => {
        const { together, winners } = worldOf(options, lag, seed);
        await together([0, first], [1, second]);
        await together([0], [1]);
        for (let again = 0; again < 3 && winners().size === 0; again++) await together([again % 2]);
        expect(winners().size).toBe(1);
      }),
      { numRuns: 60 },
    );
  });

  test("PRO-013: where nobody waits for anybody perhaps nobody wins, and never two", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, maybeKill, maybeKill, async (seed, first, second) => {
        const { together, winners } = worldOf(options, lag, seed, false);
        await together([0, first], [1, second], [2], [0], [1]);
        await together([0], [1], [2]);
        expect(winners().size).toBeLessThanOrEqual(1);
      }),
      { numRuns: lag === 0 && options.referrers !== false ? 60 : 10 },
    );
  });

  test("PRO-014: the same decision at the same time, killed or not, is one decision", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, maybeKill, async (seed, first) => {
        const { together, winners, outcomes, simulation, read } = worldOf(options, lag, seed);
        await together([0, first], [0], [1]);
        // Until the lists show all of it.
        await simulation.settle(Array.from({ length: lag }, read));
        await together([0]);
        expect(winners().size).toBe(1);
        const last = outcomes.at(-1)?.result;
        const [history] = await simulation.settle([read()]);
        if (last?.status !== "fulfilled" || last.value === "killed" || history?.status !== "fulfilled")
          return;
        // A list that somebody else wrote over may have lost what was decided first.
        if (options.referrers !== false || options.etags) expect(last.value.added).toBe(false);
        expect(history.value.decisions.map(({ id }) => id)).toContain(last.value.entry.id);
      }),
      { numRuns: 60 },
    );
  });
});
