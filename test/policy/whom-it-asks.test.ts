import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportEvidence } from "@waybill/core/offline";
import { predicateType } from "@waybill/core/trust";
import { findSetting } from "@waybill/policy";
import { createAsking } from "../../policy/src/decided";
import { closeAll, type TestHandler } from "../support/registry";
import { NOW } from "./engine";
import { CONFIG, nameOf, podWith, refused, world } from "./world";

afterEach(closeAll);

describe("whom it asks", () => {
  /** Counts what the pack sends, and can be silent. */
  const counting = () => {
    const asked: string[] = [];
    const state = { silent: false };
    const around =
      (handler: TestHandler): TestHandler =>
      (request) => {
        asked.push(request.url.pathname);
        return state.silent ? { status: 503, headers: {} } : handler(request);
      };
    return { asked, state, around };
  };

  test("POL-050: nobody whom promotion.yaml does not list", async () => {
    const { asked, around } = counting();
    const { pack, build } = await world({ around, more: () => "registries: [registry.example]\n" });
    const image = nameOf(await build("one"));
    asked.length = 0;
    const found = await pack([podWith(image)]);
    expect(found.map(({ policy }) => policy)).toEqual(["registry-allowed"]);
    expect(asked).toEqual([]);
  });

  test("nobody about what is external", async () => {
    const { asked, around } = counting();
    const external = (registry: string) =>
      `external: [{ repository: "${registry}/team/app", owner: o@example.com, reason: cache, expires: 2026-07-01 }]\n`;
    const { pack, build } = await world({ around, more: external });
    const image = nameOf(await build("one", null));
    asked.length = 0;
    expect(await pack([podWith(image)])).toEqual([]);
    expect(asked).toEqual([]);
    const ended = await pack([podWith(image)], { now: new Date("2026-07-01T00:00:00Z") });
    expect(ended).toHaveLength(1);
  });

  test("once for each digest, however many run it", async () => {
    const { asked, around } = counting();
    const { pack, build, deployIn } = await world({ around });
    const image = await build("one");
    await deployIn("dev", image);
    asked.length = 0;
    expect(await pack([podWith(nameOf(image))])).toEqual([]);
    const once = asked.length;
    asked.length = 0;
    const many = [
      podWith(nameOf(image), nameOf(image)),
      podWith(nameOf(image)),
      podWith(nameOf(image).replace("@", ":v1@")),
    ];
    expect(await pack(many)).toEqual([]);
    expect(asked).toHaveLength(once);
  });

  test("a registry that does not answer is a refusal that says so", async () => {
    const { state, around } = counting();
    const { pack, build, deployIn } = await world({ around });
    const image = await build("one");
    await deployIn("dev", image);
    state.silent = true;
    for (const options of [
      {},
      { preview: false },
      { environment: "dev" },
      { settings: { service: undefined } },
    ])
      expect(await pack([podWith(nameOf(image))], options)).toEqual(
        refused("expected a registry that answers, so that signatures and decisions can be checked"),
      );
  });

  test("while it is silent, what runs goes on by its exported evidence, and nothing else gets in", async () => {
    const { state, around } = counting();
    const { pack, build, deployIn, decideIn, registry, promotion } = await world({ around });
    const [one, two] = [await build("one"), await build("two")];
    await deployIn("dev", two, await deployIn("dev", one));
    await deployIn("staging", one, null, await decideIn("staging", one));
    const inquiry = { environment: "staging", predicates: [predicateType("signature")], now: NOW };
    const { bytes } = await exportEvidence(registry, one, inquiry, promotion.trust);
    const offline = join(mkdtempSync(join(tmpdir(), "waybill-export-")), "evidence.json");
    writeFileSync(offline, bytes);
    state.silent = true;
    for (const preview of [true, false]) {
      expect(await pack([podWith(nameOf(one))], { preview, settings: { offline } })).toEqual([]);
      expect(await pack([podWith(nameOf(two))], { preview, settings: { offline } })).toHaveLength(1);
      expect(
        await pack([podWith(nameOf(one))], { preview, settings: { offline, config: { GREETING: "ho" } } }),
      ).toHaveLength(1);
      expect(await pack([podWith(nameOf(one))], { preview, settings: { offline: "/nowhere" } })).toHaveLength(
        1,
      );
    }
  });
});

test("POL-025: an answer counts for one setting only, and in an update a no is asked again", async () => {
  const { build, deployIn, decideIn, registry, file } = await world();
  const image = await build("one");
  await deployIn("dev", image);
  const settingOf = (environment: string) => {
    const settings: Record<string, string> = { environment, service: "hello" };
    return findSetting({
      stack: { text: (key) => settings[key], object: () => CONFIG },
      promotion: () => file,
    });
  };
  const ask = createAsking({
    stack: { text: () => undefined, object: (key) => (key === "config" ? CONFIG : undefined) },
    promotion: () => file,
    isPreview: () => false,
    now: () => NOW,
    requester: () => undefined,
    openRegistry: () => Promise.resolve(registry),
  });
  const [staging, prod] = [settingOf("staging"), settingOf("prod")];
  expect(await ask(staging, nameOf(image))).toMatchObject({ ok: false });
  await decideIn("staging", image);
  expect(await ask(staging, nameOf(image))).toEqual({ ok: true });
  expect(await ask(prod, nameOf(image))).toMatchObject({ ok: false });
});
