import fc from "fast-check";
import {
  Secret,
  Unknown,
  covers,
  differences,
  formatPath,
  parsePath,
  valueAt,
  type Path,
} from "@waybill/provider";

const anyPath: fc.Arbitrary<Path> = fc.array(
  fc.oneof(
    fc.nat(),
    fc.string().filter((key) => key !== "*" && !key.includes("\\")),
  ),
  { minLength: 1, maxLength: 6 },
);

describe("paths", () => {
  test.each([
    [["spec", "replicas"], "spec.replicas"],
    [["spec", "ports", 0, "port"], "spec.ports[0].port"],
    [["metadata", "labels", "app.kubernetes.io/name"], 'metadata.labels["app.kubernetes.io/name"]'],
    [["data", 'a"b'], 'data["a\\"b"]'],
  ] as [Path, string][])("%j is written %s", (path, text) => {
    expect(formatPath(path)).toBe(text);
  });

  test("what is written is read back", () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
    );
  });

  test.each(["a[", "a[x]", "a..b", ".a.", 'a["b]'])("%s is no path", (text) => {
    expect(parsePath(text)).toBeUndefined();
  });

  test.each([
    ["spec", "spec.replicas", true],
    ["spec.containers[*].image", "spec.containers[3].image", true],
    ["spec.containers[0]", "spec.containers[1]", false],
    ["spec.replicas", "spec", false],
  ])("%s covers %s: %s", (pattern, path, expected) => {
    expect(covers(parsePath(pattern) ?? [], parsePath(path) ?? [])).toBe(expected);
  });

  test("a value is found at its path, and nothing beside it", () => {
    const value = { a: [{ b: 1 }] };
    expect(valueAt(value, ["a", 0, "b"])).toBe(1);
    expect(valueAt(value, ["a", "b"])).toBeUndefined();
    expect(valueAt(value, ["toString"])).toBeUndefined();
  });
});

describe("differences", () => {
  test.each([
    ["nothing", { a: [1, { b: "x" }] }, { a: [1, { b: "x" }] }, []],
    ["an added key", {}, { a: 1 }, ["add a"]],
    ["a removed key", { a: 1 }, {}, ["delete a"]],
    ["the deepest place", { a: { b: { c: 1, d: 2 } } }, { a: { b: { c: 3, d: 2 } } }, ["update a.b.c"]],
    ["list elements by index", { a: [1, 2] }, { a: [1, 3, 4] }, ["update a[1]", "add a[2]"]],
    ["another kind of value", { a: [1] }, { a: { b: 1 } }, ["update a"]],
    [
      "an unknown, whatever was there",
      { a: 1 },
      { a: Unknown.value, b: Unknown.value },
      ["update a", "add b"],
    ],
    ["a secret by what is inside", { a: new Secret(1), b: 2 }, { a: 1, b: new Secret(3) }, ["update b"]],
  ])("shows %s", (_, before, after, expected) => {
    const found = differences(before, after).map(({ kind, path }) => `${kind} ${formatPath(path)}`);
    expect(found).toEqual(expected);
  });
});
