import { bench, closeAll, memoryRegistry } from "../../support/registry";

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
