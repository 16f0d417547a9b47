import { Secret, Unknown, decodeValues } from "@waybill/provider";
import { served } from "./toy";

describe("create and update", () => {
  test("a preview reaches no function; computed outputs are unknown", async () => {
    const { create, update } = await served();
    const created = await create({ label: "a", size: Unknown.value }, { preview: true });
    expect(created.getId()).toBe("");
    expect(decodeValues(created.getProperties())).toEqual({
      label: "a",
      size: Unknown.value,
      address: Unknown.value,
    });
    const old = { inputs: { label: "a" }, outputs: { label: "a", address: "here" } };
    const updated = await update("1", old, { label: "b" }, { preview: true });
    expect(decodeValues(updated.getProperties())).toEqual({ label: "b", address: Unknown.value });
  });

  test("secret in, secret out, even when the function gives it back plain", async () => {
    const { create } = await served({
      create: ({ inputs }) =>
        Promise.resolve({ id: "1", outputs: { ...inputs, key: "hush", address: "here" } }),
    });
    const response = await create({ label: "a", key: new Secret("hush") });
    expect(response.getId()).toBe("1");
    expect(decodeValues(response.getProperties())).toEqual({
      label: "a",
      key: new Secret("hush"),
      address: "here",
    });
  });

  test("the user's timeout arrives, and no timeout is none", async () => {
    const timeouts: unknown[] = [];
    const { create } = await served({
      create: ({ timeout }) => {
        timeouts.push(timeout);
        return Promise.resolve({ id: "1", outputs: {} });
      },
    });
    await create({ label: "a" }, { timeout: 90 });
    await create({ label: "a" });
    expect(timeouts).toEqual([90, undefined]);
  });

  test("update sees old inputs, old outputs and new inputs apart", async () => {
    const seen: unknown[] = [];
    const { update } = await served({
      update: ({ id, oldInputs, oldOutputs, inputs }) => {
        seen.push(id, oldInputs, oldOutputs, inputs);
        return Promise.resolve(inputs);
      },
    });
    await update("1", { inputs: { label: "a" }, outputs: { label: "a", address: "here" } }, { label: "b" });
    expect(seen).toEqual(["1", { label: "a" }, { label: "a", address: "here" }, { label: "b" }]);
  });
});

describe("read and delete", () => {
  test("what does not exist has no id", async () => {
    const { read } = await served({ read: () => Promise.resolve(undefined) });
    const response = await read("1", { inputs: { label: "a" }, outputs: {} });
    expect([response.getId(), response.hasProperties()]).toEqual(["", false]);
  });

  test("an import has no inputs yet; a refresh has, and its secrets stay secret", async () => {
    const seen: unknown[] = [];
    const { read } = await served({
      read: ({ id, inputs }) => {
        seen.push(inputs);
        return Promise.resolve({ id, inputs: { label: "live", key: "k1" }, outputs: { key: "k1" } });
      },
    });
    expect(decodeValues((await read("1")).getInputs())).toEqual({ label: "live", key: "k1" });
    const refreshed = await read("1", { inputs: { key: new Secret("k0") }, outputs: {} });
    expect(decodeValues(refreshed.getInputs())).toEqual({ label: "live", key: new Secret("k1") });
    expect(decodeValues(refreshed.getProperties())).toEqual({ key: new Secret("k1") });
    expect(seen).toEqual([undefined, { key: new Secret("k0") }]);
  });

  test("delete gets id, inputs, outputs and timeout", async () => {
    const seen: unknown[] = [];
    const { remove } = await served({
      delete: ({ id, inputs, outputs, timeout }) => {
        seen.push(id, inputs, outputs, timeout);
        return Promise.resolve();
      },
    });
    await remove("1", { inputs: { label: "a" }, outputs: { address: "here" } }, 7);
    expect(seen).toEqual(["1", { label: "a" }, { address: "here" }, 7]);
  });
});
