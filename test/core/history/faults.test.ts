import { RegistryError } from "@waybill/core/registry";
import { closeAll, type TestAnswer } from "../../support/registry";
import { decisionOn } from "./support";
import { promoted, world } from "./world";

afterEach(closeAll);

jest.setTimeout(60_000);

type Spoil = (nth: number) => TestAnswer | undefined;

/** Decides and deploys once through a registry that fails as it is told, and once more through a healthy one. */
async function through(api: boolean, spoil: Spoil) {
  let requests = 0;
  let healthy = false;
  const place = await world({
    api,
    faults: [
      {
        times: Infinity,
        then: (request, next) => (healthy ? undefined : spoil(++requests)) ?? next(request),
      },
    ],
  });
  const { one, decideOn, deployOn, read } = place;
  const work = async () => {
    const { entry } = await decideOn(decisionOn(one));
    return deployOn(promoted(one, null, entry.id));
  };
  const first = await work().catch((error: unknown) => error);
  healthy = true;
  const between = await read();
  const again = await work();
  return { first, between, again, after: await read(), requests, one };
}

const broken = { status: 503 };
const cut = { status: 200, cutAfter: 0 };

describe.each([
  ["with the referrers API", true],
  ["without it", false],
])("%s", (_, api) => {
  test("a request that fails once is sent again, whichever it is", async () => {
    const { requests } = await through(api, () => undefined);
    for (let at = 1; at <= requests; at++) {
      const { first, after } = await through(api, (nth) =>
        nth === at ? (at % 2 ? broken : cut) : undefined,
      );
      expect(first).not.toBeInstanceOf(Error);
      expect(after.deployments.map(({ record }) => record.number)).toEqual([0]);
      expect(after).toMatchObject({ forks: [], decisions: [{}] });
    }
  });

  test("a registry that goes away at any moment leaves nothing wrong, and the rest is done later", async () => {
    const { requests } = await through(api, () => undefined);
    for (let from = 1; from <= requests; from++) {
      const { first, between, again, after, one } = await through(api, (nth) =>
        nth >= from ? broken : undefined,
      );
      expect(first).toBeInstanceOf(RegistryError);
      expect(between.forks).toEqual([]);
      for (const { digest } of between.decisions) expect(digest).toBe(one);
      expect(after.deployments.map(({ id }) => id)).toEqual([again.entry.id]);
      expect(after).toMatchObject({ forks: [], decisions: [{}] });
    }
  });
});
