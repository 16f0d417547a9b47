import { status } from "@grpc/grpc-js";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Secret, Unknown, decodeValues, type Values } from "@waybill/provider";
import { rejection } from "./served";
import { served } from "./toy";

/** What state holds for these inputs. */
const old = (inputs: Values) => ({ inputs, outputs: { ...inputs, address: "here" } });

describe("check", () => {
  test("each mistake comes back with its property path", async () => {
    const { check } = await served();
    const response = await check({ size: "big", colour: "red" });
    const failures = response.getFailuresList().map((one) => `${one.getProperty()}: ${one.getReason()}`);
    expect(failures).toEqual([
      "label: expected a string, found nothing",
      "colour: expected one of label, size, key, tags, parts",
      "size: expected a number, found a string",
    ]);
  });

  test("unknowns pass, secrets stay secret, and what must be secret becomes so", async () => {
    const { check } = await served();
    const response = await check({ label: Unknown.value, size: new Secret(3), key: "plain" });
    expect(response.getFailuresList()).toEqual([]);
    expect(decodeValues(response.getInputs())).toEqual({
      label: Unknown.value,
      size: new Secret(3),
      key: new Secret("plain"),
    });
  });

  test("a type that is not served is refused by name", async () => {
    const { check } = await served({}, {}, "urn:pulumi:dev::shop::toy:index:Bag::sack");
    const error = await rejection(check({}));
    expect([error.code, error.details]).toEqual([
      status.UNIMPLEMENTED,
      "provider toy: expected toy:index:Box, found toy:index:Bag. Use that.",
    ]);
  });
});

describe("diff", () => {
  test("is detailed: paths, kinds, replacement", async () => {
    const { diff } = await served();
    const before = old({ label: "a", size: 1, tags: ["x"], parts: { "a.b": 1 } });
    const response = await diff("1", before, { label: "b", size: 2, tags: ["x", "y"], parts: {} });
    const map = response.getDetaileddiffMap();
    const detailed = [...map.keys()].map((path) => [
      path,
      map.get(path)?.getKind(),
      map.get(path)?.getInputdiff(),
    ]);
    const { Kind } = pb.PropertyDiff;
    expect(detailed).toEqual([
      ["label", Kind.UPDATE, false],
      ['parts["a.b"]', Kind.DELETE, true],
      ["size", Kind.UPDATE_REPLACE, false],
      ["tags[1]", Kind.ADD, false],
    ]);
    expect(response.getReplacesList()).toEqual(["size"]);
    expect(response.getDiffsList()).toEqual(["label", "parts", "size", "tags"]);
    expect(response.getDeletebeforereplace()).toBe(true);
    expect(response.getChanges()).toBe(pb.DiffResponse.DiffChanges.DIFF_SOME);
  });

  test.each([
    ["equal inputs", { label: "a", key: new Secret("k") }, { label: "a", key: new Secret("k") }, []],
    ["an ignored change", { label: "a", tags: [1] }, { label: "a", tags: [2] }, ["tags[*]"]],
  ])("%s: no change", async (_, before, after, ignored) => {
    const { diff } = await served();
    const response = await diff("1", old(before), after, ignored);
    expect(response.getChanges()).toBe(pb.DiffResponse.DiffChanges.DIFF_NONE);
  });

  test("an ignoreChanges that is no path is refused", async () => {
    const { diff } = await served();
    const error = await rejection(diff("1", old({ label: "a" }), { label: "b" }, ["tags["]));
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.details).toMatch(/^ignoreChanges: expected property paths .* found tags\[/);
  });
});
