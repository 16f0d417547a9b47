import { bench, closeAll, memoryRegistry, withFaults } from "../../support/registry";

afterEach(closeAll);

describe("preflight", () => {
  it("needs one request where there is the API", async () => {
    const { registry, app, server } = await bench(memoryRegistry().handler);
    expect(await registry.preflight(app)).toEqual({ via: "api" });
    expect(server.log).toHaveLength(1);
  });

  it("writes a tag twice where there is none, every time", async () => {
    const memory = memoryRegistry({ referrers: false });
    const { registry, app, server } = await bench(memory.handler);
    for (const writes of [2, 3, 4]) {
      expect(await registry.preflight(app)).toEqual({ via: "tag" });
      expect(server.log.filter((line) => line.startsWith("PUT"))).toHaveLength(writes);
    }
  });

  it("sees the API also where the repository was yet to come", async () => {
    const memory = memoryRegistry({ immutableTags: true });
    const unknown = { on: "GET /v2/team/app/referrers", then: { status: 404 } };
    const { registry, app } = await bench(withFaults(memory.handler, [unknown]));
    expect(await registry.preflight(app)).toEqual({ via: "api" });
  });

  it("says in advance that immutable tags stand in the way, every time", async () => {
    const memory = memoryRegistry({ referrers: false, immutableTags: true });
    const { registry, app } = await bench(memory.handler);
    for (let round = 0; round < 3; round++) {
      const failure = registry.preflight(app);
      await expect(failure).rejects.toMatchObject({ code: "immutable-tag" });
      await expect(failure).rejects.toThrow("except tags like sha256-*");
    }
  });
});
