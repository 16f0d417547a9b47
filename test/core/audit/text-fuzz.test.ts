import fc from "fast-check";
import { parseAllDocuments, stringify } from "yaml";
import { parseCarefully } from "../../../core/src/audit/text/careful";
import { parseFast } from "../../../core/src/audit/text/fast";
import { toValue } from "../../../core/src/audit/text/node";
import { parseText } from "../../../core/src/audit/text/parse";
import { splitDocuments } from "../../../core/src/audit/text/split";

/** The short way may decline; where it answers, it answers as the careful way does, to the last offset. */
function compare(text: string): "same" | "declined" {
  const part = { text, offset: 7 };
  const fast = parseFast(part);
  if (!fast) return "declined";
  expect(fast).toEqual(parseCarefully(part));
  return "same";
}

const word = fc.oneof(
  fc.constantFrom(
    "image",
    "containers",
    "a",
    "b c",
    "1",
    "1.10",
    "true",
    "null",
    "~",
    "",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#",
    "{}",
    "yes",
    "0x1f",
    "1e3",
    ".5",
    ".inf",
    "'q'",
    '"d"',
    "x'y",
    'k:{"a":"b"}',
    "f:metadata",
    ".",
    "@sha256:00",
    "*x",
    "&x",
    "!x",
    "%",
    "a\nb",
    "a\n\nb\n",
    " lead",
    "trail ",
    "ü☃",
    "nginx:1.27",
    "registry.example:5000/a/b:1@sha256:ff",
  ),
  fc.string({ maxLength: 12 }),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(
      word,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(word, tie("value"), { maxKeys: 5 }),
  ),
}));
const map = fc.dictionary(word, value, { minKeys: 1, maxKeys: 5 });
const style = fc.record({
  indent: fc.constantFrom(2, 3, 4),
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 20, 80),
  defaultStringType: fc.constantFrom(
    "PLAIN",
    "QUOTE_SINGLE",
    "QUOTE_DOUBLE",
    "BLOCK_LITERAL",
    "BLOCK_FOLDED",
  ) as fc.Arbitrary<"PLAIN">,
  collectionStyle: fc.constantFrom("any", "block", "flow") as fc.Arbitrary<"any">,
});
const RUNS = Number(process.env["WAYBILL_FUZZ_RUNS"] ?? 600);

test("what is written in any style is read in the same way by both", () => {
  let same = 0;
  fc.assert(
    fc.property(map, style, (object, options) => {
      if (compare(stringify(object, options)) === "same") same += 1;
    }),
    { numRuns: RUNS },
  );
  expect(same).toBeGreaterThan(RUNS / 3);
});

test("JSON is read in the same way by both", () => {
  let same = 0;
  fc.assert(
    fc.property(map, fc.constantFrom(undefined, 1, 2, "\t"), (object, space) => {
      if (compare(JSON.stringify(object, null, space)) === "same") same += 1;
    }),
    { numRuns: RUNS },
  );
  expect(same).toBeGreaterThan(RUNS / 2);
});

test("pieces of YAML thrown together are read in the same way by both, or declined", () => {
  const piece = fc.constantFrom(
    "a",
    "b:",
    "c: ",
    "- ",
    "  ",
    "\n",
    "\n",
    "\r\n",
    "    ",
    "# x",
    " #y",
    "|",
    ">",
    "|-\n",
    ">+\n",
    '"',
    "'",
    "''",
    "\\",
    "\\n",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    ": ",
    "---",
    "...",
    "&a ",
    "*a",
    "!t ",
    "<<: ",
    "1",
    "~",
    "?",
    "? ",
    "-",
    "\t",
    "image: x:1\n",
    "  - k: v\n",
    "%",
    "@",
    "`",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const text = pieces.join("");
      for (const part of splitDocuments(text)) compareOrRefuse(part.text);
    }),
    { numRuns: RUNS * 4 },
  );
});

test("one change of a character is read in the same way by both, or declined", () => {
  fc.assert(
    fc.property(
      map,
      style,
      fc.nat(),
      fc.constantFrom(
        "",
        " ",
        "\n",
        ":",
        "-",
        "#",
        '"',
        "'",
        "{",
        "]",
        ",",
        "x",
        "\r",
        "\t",
        "|",
        "&",
        "  ",
        ": ",
        " #",
      ),
      (object, options, place, piece) => {
        const text = stringify(object, options);
        const at = place % (text.length + 1);
        compareOrRefuse(text.slice(0, at) + piece + text.slice(at + (place % 2)));
      },
    ),
    { numRuns: RUNS * 2 },
  );
});

function compareOrRefuse(text: string): void {
  const fast = parseFast({ text, offset: 0 });
  if (!fast) return;
  try {
    expect(fast).toEqual(parseCarefully({ text, offset: 0 }));
  } catch (error) {
    throw new Error(`${JSON.stringify(text)}: ${String(error)}`);
  }
}

test("what people write takes the short way", () => {
  const text = `---
# a deployment
apiVersion: apps/v1
kind: Deployment   # of one pod
metadata:
    name: "app"
    annotations: {a: b, "c": 'd'}
    managedFields:
    - f:metadata:
        f:labels:
          .: {}
          k:{"name":"app"}: {}
spec:
  empty:
  replicas: 3
  template:
    spec:
      containers:
      - name: app
        image: nginx:1.27 # the tag
        args: ["--a=b", '-c']
        command:
          - sh
          - -c
          - |
            echo "x: y" # no comment
              more

            done
        message: a long text that
          goes on here
`;
  expect(compare(text)).toBe("same");
  expect(compare(text.replace(/command:[^]*/, "").replaceAll("\n", "\r\n"))).toBe("same");
});

test("a file falls into the documents that YAML sees in it", () => {
  const between = fc.constantFrom("---\n", "--- # x\n", "---   \n", "# x\n---\n", "\n---\n\n", "---\r\n");
  const document = fc.tuple(map, style).map(([object, options]) => stringify(object, options));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(between, document), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      (parts, first) => {
        const text = parts
          .map(([mark, body], index) => (index === 0 && first ? body : `${mark}${body}`))
          .join("");
        const expected = parseAllDocuments(text, { logLevel: "silent" });
        if ("empty" in expected) return;
        // Merges are read as kubectl reads them, and the library leaves them alone.
        fc.pre(!text.includes("<<") && expected.every(({ errors }) => errors.length === 0));
        const found = [...parseText(text)].map((one) => ("root" in one ? toValue(one.root) : one.problem));
        expect(found).toEqual(expected.map((one) => one.toJS() as unknown));
      },
    ),
    { numRuns: RUNS / 3 },
  );
});

test("no key reaches a prototype", () => {
  const node = parseFast({ text: "__proto__:\n  x: 1\nconstructor: 2\n", offset: 0 });
  const value = toValue(node as never) as Record<string, unknown>;
  expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
  expect(value["x"]).toBeUndefined();
});
