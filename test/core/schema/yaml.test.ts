import fc from "fast-check";
import { loadYaml, parseYaml, SchemaError } from "@waybill/core/schema";

const schema = {
  type: "object",
  required: ["name", "steps"],
  additionalProperties: false,
  properties: {
    name: { type: "string", pattern: "^[a-z]+$" },
    steps: {
      type: "array",
      items: { type: "object", required: ["run"], properties: { run: { type: "integer" } } },
    },
    kind: { enum: ["a", "b"] },
  },
};

function refusal(text: string): SchemaError {
  try {
    parseYaml("f.yaml", text, schema);
  } catch (error) {
    return error as SchemaError;
  }
  throw new Error("not refused");
}

test("a fitting file gives its value", () => {
  expect(parseYaml("f.yaml", "name: x\nsteps: [{run: 1}]\n", schema)).toEqual({
    name: "x",
    steps: [{ run: 1 }],
  });
});

test("every mistake is reported at once, with its line", () => {
  const error = refusal('name: "X1"\nkind: c\nsteps:\n  - run: 1\n  - run: one\n  - {}\nother: 2\n');
  expect(error.code).toBe("invalid");
  expect(error.problem.found.split("\n").map((line) => line.trim())).toEqual([
    "5 mistakes:",
    'line 7: /other: unknown key "other"',
    "line 1: /name: does not match ^[a-z]+$",
    "line 5: /steps/1/run: expected integer, found string",
    'line 6: /steps/2: missing key "run"',
    'line 2: /kind: expected one of "a", "b"',
    "",
  ]);
});

test.each([
  ["broken YAML", "name: [x\n"],
  ["a key given twice", "name: x\nname: y\nsteps: []\n"],
])("%s is unreadable and the line is named", (_, text) => {
  const error = refusal(text);
  expect(error.code).toBe("unreadable");
  expect(error.message).toMatch(/f\.yaml: .*line [12]/);
});

test("alias bombs do not expand", () => {
  const bomb = `a: &a [${"x,".repeat(9)}x]\n${"bcdefghi".replace(/./g, (k) => `${k}: &${k} [${`*${String.fromCharCode(k.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`;
  expect(() => parseYaml("f.yaml", bomb, schema)).toThrow(/alias/i);
});

test("a missing file is named", () => {
  expect(() => loadYaml("/nowhere/f.yaml", schema)).toThrow(
    /^\/nowhere\/f\.yaml: expected a readable file, found ENOENT\./,
  );
});

test("any text gives a value or a SchemaError", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.string({ unit: fc.constantFrom(...Array.from("a:-\n &*!{}[]#'\"|>?%@ \t")) }),
      ),
      (text) => {
        try {
          parseYaml("f.yaml", text, schema);
        } catch (error) {
          expect(error).toBeInstanceOf(SchemaError);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
