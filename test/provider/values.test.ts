import fc from "fast-check";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { inspect } from "node:util";
import {
  Secret,
  Unknown,
  containsSecret,
  containsUnknown,
  decodeValues,
  encodeValues,
  keepSecrets,
  mask,
  reveal,
  secretStrings,
  type Value,
  type Values,
} from "@waybill/provider";

const signature = "4dabf18193072939515e22adb298388d";
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const { values: anyValues } = fc.letrec<{ value: Value; values: Values }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
    fc.string(),
    fc.constant(Unknown.value),
    tie("value").map((value) => (value instanceof Secret ? value : new Secret(value))),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("values"),
  ),
  // google-protobuf itself loses a key of that name.
  values: fc.dictionary(
    fc.string().filter((key) => key !== "__proto__"),
    tie("value"),
    { maxKeys: 4 },
  ),
}));

/** The same as a plain object: fast-check makes objects without a prototype. */
const plain = (value: Value): Value => decodeValues(encodeValues({ value }))["value"] ?? null;

describe("values on the wire", () => {
  test("whatever is written is read back", () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        const bytes = encodeValues(values).serializeBinary();
        expect(decodeValues(Struct.deserializeBinary(bytes))).toEqual(plain(values));
      }),
    );
  });

  test("the engine's own marks become secrets and unknowns", () => {
    const wire = Struct.fromJavaScript({
      secret: { [signature]: "1b47061264138c4ac30d75fd1eb44270", value: "hush" },
      unknown,
      nested: { list: ["dd056dcd-154b-4c76-9bd3-c8f88648b5ff", 1, null, true] },
    });
    expect(decodeValues(wire)).toEqual({
      secret: new Secret("hush"),
      unknown: Unknown.value,
      nested: { list: [Unknown.value, 1, null, true] },
    });
  });

  test("an asset is refused, not passed on as an odd object", () => {
    const wire = Struct.fromJavaScript({
      file: { [signature]: "c44067f5952c0a294b673a41bacd8c17", text: "x" },
    });
    expect(() => decodeValues(wire)).toThrow(/found an asset/);
  });
});

describe("secrets", () => {
  test("revealing leaves no secret, and keeping brings back every one at its place", () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        expect(containsSecret(reveal(values))).toBe(false);
        const kept = keepSecrets(reveal(values), values);
        expect(reveal(kept)).toEqual(plain(reveal(values)));
        expect(containsSecret(kept)).toBe(containsSecret(values));
      }),
    );
  });

  test("a list with one secret is secret as a whole, an object only where it is", () => {
    const from = { list: ["a", new Secret("b")], object: { a: "1", b: new Secret("2") } };
    expect(keepSecrets({ list: ["b", "a"], object: { a: "1", b: "2" }, more: 1 }, from)).toEqual({
      list: new Secret(["b", "a"]),
      object: { a: "1", b: new Secret("2") },
      more: 1,
    });
  });

  test("printing one shows nothing", () => {
    const values = { password: new Secret("hunter22") };
    expect(`${inspect(values)} ${JSON.stringify(values)} ${String(values.password)}`).not.toContain(
      "hunter22",
    );
  });

  test.each([
    ["the longer one first, or its tail would stay", ["pass", "password"], "password", "[secret]"],
    ["every one", ["hush"], "hush hush", "[secret] [secret]"],
  ])("masking hides %s", (_, secrets, text, masked) => {
    expect(mask(text, secrets)).toBe(masked);
  });

  test("short strings are not masked: they would hide ordinary words", () => {
    expect(secretStrings({ a: new Secret("no"), b: new Secret({ c: ["quiet"] }), d: "open" })).toEqual([
      "quiet",
    ]);
  });
});

test("an unknown is found at any depth, in a secret too", () => {
  expect(containsUnknown({ a: [{ b: new Secret(Unknown.value) }] })).toBe(true);
  expect(containsUnknown({ a: [{ b: new Secret("known") }] })).toBe(false);
});
