import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  chmodSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { parse } from "yaml";
import { withSetting } from "../../cli/src/settings/edit";
import { readWhole, swapFile } from "../../cli/src/settings/swap";

const PIN = `sha256:${"a".repeat(64)}`;
const OLD = `sha256:${"b".repeat(64)}`;
const set = (text: string, value: string | undefined = PIN) =>
  withSetting("f.yaml", text, "waybill:pin", value);

describe("one line is set", () => {
  test.each<[string, string, string]>([
    [
      "below those that name the place",
      "config:\n  waybill:service: hello # who\n  waybill:environment: prod\n\n  # more\n  waybill:replicas: 2\n",
      `config:\n  waybill:service: hello # who\n  waybill:environment: prod\n  waybill:pin: ${PIN}\n\n  # more\n  waybill:replicas: 2\n`,
    ],
    [
      "in place of the old one, with what is written behind it",
      `config:\n    waybill:pin:   "${OLD}"   # since May\n    waybill:service: hello\n`,
      `config:\n    waybill:pin:   ${PIN}   # since May\n    waybill:service: hello\n`,
    ],
    [
      "where the key has no value",
      "config:\n  waybill:pin: # none\n  a: 1\n",
      `config:\n  waybill:pin: ${PIN} # none\n  a: 1\n`,
    ],
    ["in an empty file", "", `config:\n  waybill:pin: ${PIN}\n`],
    ["in a file of comments", "# nothing yet", `# nothing yet\nconfig:\n  waybill:pin: ${PIN}\n`],
    [
      "in a file without a config section",
      "encryptionsalt: v1:abc\r\n",
      `encryptionsalt: v1:abc\r\nconfig:\r\n  waybill:pin: ${PIN}\r\n`,
    ],
    [
      "in an empty section",
      "config:\nencryptionsalt: x\n",
      `config:\n  waybill:pin: ${PIN}\nencryptionsalt: x\n`,
    ],
    ["in a section of no value", "config: {}\n", `config: { waybill:pin: ${PIN} }\n`],
    ["in a section of null", "config: null # yet\n", `config: { waybill:pin: ${PIN} } # yet\n`],
    [
      "in a flow",
      "config: {waybill:service: hello}\n",
      `config: { waybill:pin: ${PIN},waybill:service: hello}\n`,
    ],
    [
      "above everything where nothing names the place",
      "config:\n  # how many\n  waybill:replicas: 2\n",
      `config:\n  # how many\n  waybill:pin: ${PIN}\n  waybill:replicas: 2\n`,
    ],
    [
      "with no end of line",
      "config:\n  waybill:service: hello",
      `config:\n  waybill:service: hello\n  waybill:pin: ${PIN}`,
    ],
    [
      "in JSON",
      '{"config": {"waybill:service": "hello"}}',
      `{"config": { waybill:pin: ${PIN},"waybill:service": "hello"}}`,
    ],
  ])("%s", (_, before, after) => {
    expect(set(before)).toBe(after);
  });

  test("the same value again changes nothing, however it is written", () => {
    for (const text of [`config:\n  waybill:pin: ${PIN}\n`, `config:\n  "waybill:pin": '${PIN}'\n`]) {
      expect(set(text)).toBe(text);
    }
  });

  test("a time is written so that Pulumi reads a text", () => {
    const text = withSetting(
      "f",
      "config:\n  waybill:service: a\n",
      "waybill:hold",
      "2027-01-31T18:00:00.000Z",
    );
    expect(text).toBe('config:\n  waybill:service: a\n  waybill:hold: "2027-01-31T18:00:00.000Z"\n');
  });
});

describe("one line is taken out", () => {
  test.each<[string, string, string]>([
    ["with its comment", `config:\r\n  waybill:pin: ${PIN} # x\r\n  a: 1\r\n`, "config:\r\n  a: 1\r\n"],
    ["the only one", `config:\n  waybill:pin: ${PIN}\nb: 1\n`, "config:\nb: 1\n"],
    ["out of a flow", `config: {a: 1, waybill:pin: ${PIN}, b: 2}`, "config: {a: 1, b: 2}"],
    ["the last out of a flow", `config: {a: 1, waybill:pin: ${PIN}}`, "config: {a: 1}"],
    ["none: nothing changes", "config:\n  a: 1\n", "config:\n  a: 1\n"],
  ])("%s", (_, before, after) => {
    expect(withSetting("f", before, "waybill:pin", undefined)).toBe(after);
  });
});

describe("what cannot be changed by itself is refused, with what to write", () => {
  test.each<[string, string]>([
    ["an anchor that others follow", `config:\n  waybill:pin: &p ${OLD}\n  other: *p\n`],
    ["a list for a section", "config:\n  - a\n"],
    ["a document that is none", "just words\n"],
    ["two documents", "config:\n  a: 1\n---\nconfig:\n  b: 1\n"],
    ["a value over several lines", `config:\n  waybill:pin: >-\n    ${OLD}\n  a: 1\n`],
    ["a secret", "config:\n  waybill:pin:\n    secure: abc\n"],
  ])("%s", (_, text) => {
    expect(() => set(text)).toThrow(/expected .*(waybill:pin|YAML|settings of a stack)/);
  });

  test("a key that is there twice, tabs, a broken file", () => {
    for (const text of ["config:\n  a: 1\n  a: 2\n", "config:\n\ta: 1\n", "config: {"]) {
      expect(() => set(text)).toThrow(/expected the settings of a stack \(YAML\)/);
    }
  });
});

describe("property: whatever the file looks like, only the one line differs", () => {
  const blank = fc.constantFrom("", "  # a note", "# at the margin", "   ");
  const scalar = fc.constantFrom(
    "2",
    '"two"',
    "'it''s'",
    "a b c",
    "",
    "[1, 2]",
    "{ a: 1, b: [x] }",
    "!!str 5",
  );
  const line = (indent: string, index: number) =>
    fc.oneof(
      scalar.map((value) => [`${indent}key${index}: ${value}`.trimEnd()]),
      scalar.map((value) => [`${indent}"key ${index}":    ${value}   # why`]),
      fc.constant([
        `${indent}nested${index}:`,
        `${indent}  - x: 1`,
        `${indent}    y: |`,
        `${indent}      # text`,
        `${indent}      more`,
      ]),
      blank.map((text) => [text]),
    );
  const settings = fc
    .record({
      indent: fc.constantFrom(" ", "  ", "    ", "       "),
      eol: fc.constantFrom("\n", "\r\n"),
      bom: fc.boolean(),
      ends: fc.boolean(),
      pin: fc.constantFrom(undefined, OLD, `"${OLD}"  # old`, ""),
      place: fc.boolean(),
      at: fc.nat(8),
      seeds: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
    })
    .chain((shape) =>
      fc.tuple(fc.constant(shape), fc.tuple(...shape.seeds.map((_, index) => line(shape.indent, index)))),
    )
    .map(([{ indent, eol, bom, ends, pin, place, at }, blocks]) => {
      const body = [...blocks];
      if (place) body.splice(at % (body.length + 1), 0, [`${indent}waybill:environment: prod`]);
      if (pin !== undefined)
        body.splice((at * 7) % (body.length + 1), 0, [`${indent}waybill:pin: ${pin}`.trimEnd()]);
      const lines = ["# top", "config:", ...body.flat(), "encryptionsalt: v1:x=:y"];
      return (bom ? "\uFEFF" : "") + lines.join(eol) + (ends ? eol : "");
    });

  test("setting", () => {
    fc.assert(
      fc.property(settings, (text) => {
        const after = set(text);
        const eol = text.includes("\r\n") ? "\r\n" : "\n";
        const [before, now] = [text.split(eol), after.split(eol)];
        const first = now.findIndex((one, index) => one !== before[index]);
        const had = before.some((one) => one.trimStart().startsWith("waybill:pin"));
        expect(now.length).toBe(before.length + (had ? 0 : 1));
        expect(now.slice(first + 1)).toEqual(before.slice(first + (had ? 1 : 0)));
        expect(now[first]).toContain(`waybill:pin: ${PIN}`);
        expect(after.split("\n").filter((one) => one.endsWith("\r")).length).toBe(
          eol === "\r\n" ? after.split("\n").length - 1 : 0,
        );
        expect((parse(after) as { config: object }).config).toMatchObject({ "waybill:pin": PIN });
        expect(set(after)).toBe(after);
      }),
      { numRuns: 400 },
    );
  });

  test("and taking out again", () => {
    fc.assert(
      fc.property(settings, (text) => {
        if (text.includes("waybill:pin")) return;
        expect(withSetting("f", set(text), "waybill:pin", undefined)).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the file is swapped whole, while it is what was read", () => {
  const folder = mkdtempSync(join(tmpdir(), "waybill-swap-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "Pulumi.prod.yaml");

  test("rights and links stay, and no draft is left", () => {
    writeFileSync(file, "old");
    chmodSync(file, 0o640);
    const link = join(folder, "link.yaml");
    symlinkSync(file, link);
    swapFile(link, readWhole(link), Buffer.from("new"));
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).sort()).toEqual(["Pulumi.prod.yaml", "link.yaml"]);
  });

  test("somebody changed it meanwhile: theirs stays", () => {
    writeFileSync(file, "old");
    const read = readWhole(file);
    writeFileSync(file, "theirs");
    expect(() => swapFile(file, read, Buffer.from("ours"))).toThrow(/somebody changed it meanwhile/);
    expect(readFileSync(file, "utf8")).toBe("theirs");
    expect(readdirSync(folder)).not.toContain(expect.stringContaining("draft"));
  });
});
