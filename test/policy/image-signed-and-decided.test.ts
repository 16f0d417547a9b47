import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PinnedReference } from "@waybill/core/image";
import { addImage, closeAll } from "../support/registry";
import { secret, type TestResource } from "./engine";
import { block, nameOf, podWith, refused, world, type World } from "./world";

const RULE = "image-signed-and-decided";

afterEach(closeAll);

describe("preview outside dev: what would be decided", () => {
  test("what dev runs passes, before anybody has decided", async () => {
    const { build, deployIn, pack } = await world();
    const image = await build("one");
    await deployIn("dev", image);
    expect(await pack([podWith(nameOf(image))])).toEqual([]);
  });

  test("what dev never deployed is refused in the planner's words", async () => {
    const { build, deployIn, pack } = await world();
    const [one, two] = [await build("one"), await build("two")];
    await deployIn("dev", one);
    const wanted = `expected what the promotion policy lets run as hello in staging: ${nameOf(one)}, found another image`;
    expect(await pack([podWith(nameOf(two))])).toEqual(refused(wanted));
    const pinned = await pack([podWith(nameOf(two))], { settings: { pin: two.digest } });
    expect(pinned).toEqual(refused("expected a digest that stands in the signed history of hello-dev"));
  });

  test("what dev deployed once runs if it is pinned", async () => {
    const { build, deployIn, pack } = await world();
    const [one, two] = [await build("one"), await build("two")];
    await deployIn("dev", two, await deployIn("dev", one));
    expect(await pack([podWith(nameOf(one))])).toEqual(refused(nameOf(two)));
    expect(await pack([podWith(nameOf(one))], { settings: { pin: one.digest } })).toEqual([]);
  });

  test.each<[string, (made: World) => Promise<PinnedReference>]>([
    ["nobody", ({ build }) => build("one", null)],
    ["a stranger", ({ build, stranger }) => build("one", stranger.signing)],
  ])("what %s signed is refused, and the table of verdicts says which gate", async (_name, make) => {
    const made = await world();
    const image = await make(made);
    await made.deployIn("dev", image);
    const [violation, ...others] = await made.pack([podWith(nameOf(image))]);
    expect(others).toEqual([]);
    expect(violation).toMatchObject({ policy: RULE, level: "MANDATORY" });
    expect(violation?.message).toMatch(/1 of 3 gates says no: proof\n.*no +proof/s);
  });

  test("a blocked image is refused", async () => {
    const made = await world();
    const image = await made.build("one");
    await made.deployIn("dev", image);
    await block(made, image);
    expect(await made.pack([podWith(nameOf(image))])).toEqual(refused("it eats data"));
  });

  test("the same digest in another repository is another image", async () => {
    const { build, deployIn, pack, memory, repository } = await world();
    const image = await build("one");
    await deployIn("dev", image);
    addImage(memory, "team/evil", "one");
    const copy = { ...image, repository: "team/evil" };
    expect(repository).not.toContain("evil");
    expect(await pack([podWith(nameOf(copy))])).toHaveLength(1);
  });

  test("prod takes only what is pinned", async () => {
    const { build, deployIn, pack } = await world();
    const image = await build("one");
    await deployIn("staging", image);
    const prod = { environment: "prod" };
    expect(await pack([podWith(nameOf(image))], prod)).toEqual(refused("prod takes only what is pinned"));
    expect(await pack([podWith(nameOf(image))], { ...prod, settings: { pin: image.digest } })).toEqual([]);
  });

  test("a stack on hold goes on with what it runs", async () => {
    const { build, deployIn, decideIn, pack } = await world();
    const [one, two] = [await build("one"), await build("two")];
    await deployIn("dev", two, await deployIn("dev", one));
    await deployIn("staging", one, null, await decideIn("staging", one));
    const held = { settings: { hold: "2026-06-02T00:00:00Z" } };
    expect(await pack([podWith(nameOf(one))], held)).toEqual([]);
    expect(await pack([podWith(nameOf(two))], held)).toEqual(refused("is held until"));
  });

  test.each([
    ["pin", "latest"],
    ["hold", "tomorrow"],
  ])("a %s that is none is refused", async (key, value) => {
    const { build, deployIn, pack } = await world();
    const image = await build("one");
    await deployIn("dev", image);
    expect(await pack([podWith(nameOf(image))], { settings: { [key]: value } })).toEqual(
      refused(`found "${value}" (waybill:${key} of this stack)`),
    );
  });
});

describe("settings", () => {
  test("secrets without a key to hash them cannot be compared with any decision", async () => {
    const { build, deployIn, pack } = await world();
    const image = await build("one");
    await deployIn("dev", image);
    const run = (settings: Record<string, unknown>) => pack([podWith(nameOf(image))], { settings });
    expect(await run({ secrets: { TOKEN: "s3cret" } })).toEqual(refused("no waybill:hashKey"));
    expect(await run({ secrets: { TOKEN: "s3cret" }, hashKey: "k" })).toEqual([]);
  });

  test("without service.yaml their hash is not known, and nothing passes", async () => {
    const { build, deployIn, pack, file } = await world();
    const image = await build("one");
    await deployIn("dev", image);
    rmSync(join(dirname(file), "hello/service.yaml"));
    expect(await pack([podWith(nameOf(image))])).toEqual(refused("service.yaml"));
  });

  test("K5: a change of settings alone needs its own gates, and says so under its own name", async () => {
    const { build, deployIn, decideIn, pack } = await world({
      staging: ", configGates: { approvals: { count: 1, of: [ann] } }",
      more: () => "people: { ann: { signers: [ours], emails: [ann@example.com] } }\n",
    });
    const image = await build("one");
    await deployIn("dev", image);
    await deployIn("staging", image, null, await decideIn("staging", image));
    expect(await pack([podWith(nameOf(image))])).toEqual([]);
    const changed = { settings: { config: { GREETING: "ho" } } };
    const words = "the settings that it runs with, or a change of them that passes its gates";
    expect(await pack([podWith(nameOf(image))], changed)).toEqual(refused(words, "no-silent-config-change"));
    expect(await pack([podWith(nameOf(image))], { ...changed, preview: false })).toEqual(
      refused(words, "no-silent-config-change"),
    );
  });
});

describe("dev", () => {
  const dev = { environment: "dev" };
  const image: TestResource = { type: "docker-build:index:Image", name: "image" };

  test.each([true, false])(
    "a signed image passes, a tag too, what is not signed does not (preview: %s)",
    async (preview) => {
      const { build, pack, repository } = await world();
      const [signed, plain] = [await build("one"), await build("two", null)];
      expect(await pack([podWith(nameOf(signed), `${repository}:1`)], { ...dev, preview })).toEqual([]);
      expect(await pack([podWith(nameOf(plain))], { ...dev, preview })).toEqual(
        refused("expected a signature and provenance that count in dev"),
      );
    },
  );

  test("a preview lets wait what this very update builds; the update does not", async () => {
    const { build, pack } = await world();
    const plain = podWith(nameOf(await build("two", null)));
    const built = { ...plain, from: { spec: [image] } };
    expect(await pack([image, built], dev)).toEqual([]);
    expect(await pack([image, built], { ...dev, preview: false })).toHaveLength(1);
    expect(await pack([image, plain], dev)).toHaveLength(1);
  });
});

test("a program that does not say which service it runs needs signature and provenance", async () => {
  const { build, pack } = await world();
  const foreign = { settings: { service: undefined } };
  expect(await pack([podWith(nameOf(await build("one")))], foreign)).toEqual([]);
  expect(await pack([podWith(nameOf(await build("two", null)))], { ...foreign, preview: false })).toEqual(
    refused("that count in staging"),
  );
});

test("POL-048: of a secret image the reasons are not shown", async () => {
  const { build, pack } = await world();
  const image = await build("one", null);
  const [violation] = await pack([podWith(secret(nameOf(image)))]);
  expect(violation).toMatchObject({ policy: RULE, level: "MANDATORY" });
  expect(violation?.message).not.toContain(image.digest);
});
