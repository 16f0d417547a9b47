import type { PinnedReference } from "@waybill/core/image";
import { closeAll } from "../support/registry";
import { NOW, type Run } from "./engine";
import { block, nameOf, podWith, refused, world, type World } from "./world";

const HOUR = 3_600_000;

afterEach(closeAll);

describe("update outside dev: what is decided", () => {
  const update = { preview: false };

  test("a decision is needed, and does", async () => {
    const { build, deployIn, decideIn, pack } = await world();
    const image = await build("one");
    await deployIn("dev", image);
    const words =
      "expected a signed decision that it may run as hello in staging with the settings of this stack, found none";
    expect(await pack([podWith(nameOf(image))], update)).toEqual(refused(words));
    await decideIn("staging", image);
    expect(await pack([podWith(nameOf(image))], update)).toEqual([]);
  });

  const none = "found none that stands";
  const other = "expected that nothing else is about to enter there, found";

  test.each<[string, (made: World, image: PinnedReference) => Promise<unknown>, Run, string]>([
    [
      "for other settings",
      ({ decideIn }, image) => decideIn("staging", image, null, `sha256:${"c".repeat(64)}`),
      {},
      other,
    ],
    ["for another environment", ({ decideIn }, image) => decideIn("prod", image), {}, none],
    [
      "that lapsed",
      ({ decideIn }, image) => decideIn("staging", image),
      { now: new Date(Number(NOW) + 25 * HOUR) },
      none,
    ],
    [
      "by a stranger",
      ({ decideIn, stranger }, image) =>
        decideIn("staging", image, null, undefined, stranger).catch(() => undefined),
      {},
      none,
    ],
  ])("a decision %s is none", async (_name, decide, more, words) => {
    const made = await world();
    const image = await made.build("one");
    await made.deployIn("dev", image);
    await decide(made, image);
    expect(await made.pack([podWith(nameOf(image))], { ...update, ...more })).toEqual(refused(words));
  });

  test("another image than the decided one is refused", async () => {
    const { build, deployIn, decideIn, pack } = await world();
    const [one, two] = [await build("one"), await build("two")];
    await deployIn("dev", two, await deployIn("dev", one));
    await decideIn("staging", two);
    expect(await pack([podWith(nameOf(two))], update)).toEqual([]);
    expect(await pack([podWith(nameOf(one))], update)).toEqual(refused(other));
  });

  test("a decision is made once: what it let in goes on for ever, also after it lapsed", async () => {
    const { build, deployIn, decideIn, pack } = await world();
    const image = await build("one");
    await deployIn("dev", image);
    await deployIn("staging", image, null, await decideIn("staging", image));
    const later = { now: new Date(Number(NOW) + 100 * 24 * HOUR) };
    expect(await pack([podWith(nameOf(image))], { ...update, ...later })).toEqual([]);
    expect(await pack([podWith(nameOf(image))], later)).toEqual([]);
  });

  test("POL-026: an older digest is judged anew, by today's policy", async () => {
    const made = await world();
    const { build, deployIn, decideIn, pack } = made;
    const [one, two] = [await build("one"), await build("two")];
    await deployIn("dev", two, await deployIn("dev", one));
    const first = await deployIn("staging", one, null, await decideIn("staging", one));
    await deployIn("staging", two, first, await decideIn("staging", two, first));
    const back = { settings: { pin: one.digest } };
    expect(await pack([podWith(nameOf(one))], { ...update, ...back })).toEqual(
      refused("found none that stands"),
    );
    expect(await pack([podWith(nameOf(one))], back)).toEqual([]);
    await block(made, one);
    expect(await pack([podWith(nameOf(one))], back)).toEqual(refused("it eats data"));
  });

  test("what was blocked after the decision does not get in", async () => {
    const made = await world();
    const image = await made.build("one");
    await made.deployIn("dev", image);
    await made.decideIn("staging", image);
    await block(made, image);
    expect(await made.pack([podWith(nameOf(image))], update)).toEqual(refused("it eats data"));
  });

  test("what was never signed does not get in by a decision alone", async () => {
    const { build, deployIn, decideIn, pack } = await world();
    const image = await build("one", null);
    await deployIn("dev", image);
    await decideIn("staging", image);
    expect(await pack([podWith(nameOf(image))], update)).toEqual(
      refused(/expected a decided image that is still proven, found .*proof/s),
    );
  });
});
