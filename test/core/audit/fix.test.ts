import fc from "fast-check";
import { stringify } from "yaml";
import { applyEdits, type Finding, isFixable, planFix, unifiedDiff } from "@waybill/core/audit";
import type { Digest } from "@waybill/core/image";
import { audit, deployment, DIGEST } from "./support";

const digest = DIGEST as Digest;

/** Everything that can be pinned in one text. */
function fix(
  text: string,
  file = "a.yaml",
): { text: string; byHand: readonly { finding: Finding; why: string }[] } {
  const { findings } = audit({ [file]: text });
  const { edits, byHand } = planFix(findings.filter(isFixable), () => ({ digest }));
  return { text: applyEdits(text, edits.get(file) ?? []) ?? text, byHand };
}

describe("only the image changes", () => {
  test.each([
    ["plain", "image: nginx:1 # why", `image: nginx:1@${DIGEST} # why`],
    ["in double quotes", 'image: "nginx:1"   #x', `image: "nginx:1@${DIGEST}"   #x`],
    ["in single quotes", "image:   'nginx:1'", `image:   'nginx:1@${DIGEST}'`],
    ["with an anchor", "image: &i nginx:1", `image: &i nginx:1@${DIGEST}`],
    ["without a tag", "image: nginx", `image: nginx@${DIGEST}`],
    ["with an escape", 'image: "nginx\\x3a1"', `image: "nginx\\x3a1@${DIGEST}"`],
    ["with a tag of YAML", "image: !!str nginx:1", `image: !!str nginx:1@${DIGEST}`],
    ["on the next line", "image:\n            nginx:1", `image:\n            nginx:1@${DIGEST}`],
  ])("%s", (_name, before, after) => {
    const text = (image: string) =>
      `# top\napiVersion: v1\nkind:   Pod\nspec:\n  containers:\n    -   name: a\n        ${image}\n        b: *c\n`.replace(
        "        b: *c\n",
        "\n\n",
      );
    expect(fix(text(before)).text).toBe(text(after));
  });

  test("with CRLF, a byte order mark, odd indentation and several documents", () => {
    const text = `\uFEFF${deployment("nginx:1")}---\r\n${deployment("redis:7").replaceAll("\n", "\r\n")}`;
    expect(fix(text).text).toBe(
      text.replace("nginx:1", `nginx:1@${DIGEST}`).replace("redis:7", `redis:7@${DIGEST}`),
    );
  });

  test("in JSON and in flow style", () => {
    const json =
      '{"apiVersion":"v1",\n\t"kind":"Pod","spec":{"containers":[ {"image" : "a:1"},{"image":"b"} ]}}';
    expect(fix(json, "a.json").text).toBe(
      json.replace("a:1", `a:1@${DIGEST}`).replace('"b"', `"b@${DIGEST}"`),
    );
  });

  test("an alias is pinned where it is anchored, once", () => {
    const text =
      "apiVersion: v1\nkind: Pod\nx: &i a:1\nspec:\n  containers:\n  - {name: a, image: *i}\n  - {name: b, image: *i}\n";
    expect(fix(text).text).toBe(text.replace("a:1", `a:1@${DIGEST}`));
  });

  test.each([
    ["digest: ''", `digest: '${DIGEST}'`],
    ['digest: "" # none', `digest: "${DIGEST}" # none`],
    ["digest:", `digest: ${DIGEST}`],
    ["digest: # none", `digest: ${DIGEST} # none`],
    ["digest: null", `digest: ${DIGEST}`],
    ["digest: ~", `digest: ${DIGEST}`],
  ])("POL-037: values with %s", (before, after) => {
    const text = (field: string) => `image:\n  repository: a.example/b\n  tag: 1.10\n  ${field}\nmore: x\n`;
    expect(fix(text(before), "values.yaml").text).toBe(text(after));
  });

  test("POL-037: without a field for the digest it is left to a person, who is told the digest", () => {
    const text = "image:\n  repository: a.example/b\n  tag: '1'\n";
    const fixed = fix(text, "values.yaml");
    expect(fixed.text).toBe(text);
    expect(fixed.byHand.map(({ why }) => why)).toEqual([
      `there is no field for its digest, which is ${DIGEST}`,
    ]);
  });

  test("what stands in a text of its own is left to a person", () => {
    const text =
      "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec:\n  templates:\n  - podSpecPatch: 'containers: [{name: a, image: \"a:1\"}]'\n";
    expect(fix(text)).toMatchObject({
      text,
      byHand: [{ why: expect.stringContaining("no field") as string }],
    });
  });
});

test("two images out of one text are not both written", () => {
  const [finding] = audit({ "a.yaml": deployment("a:1") }).findings;
  if (!finding) throw new Error("no finding");
  const other = { ...finding, image: "mirror/a:1" };
  const { edits, byHand } = planFix([finding, other], (image) => ({
    digest: (image === "a:1" ? DIGEST : DIGEST.replaceAll("f", "e")) as Digest,
  }));
  expect(edits.get("a.yaml")).toHaveLength(1);
  expect(byHand.map(({ why }) => why)).toEqual([expect.stringContaining("several images") as string]);
});

test("a text that changed meanwhile is left alone", () => {
  const { edits } = planFix(audit({ "a.yaml": deployment("a:1") }).findings, () => ({ digest }));
  expect(applyEdits(deployment("b:1"), edits.get("a.yaml") ?? [])).toBeUndefined();
});

test("what is no tag is not asked for", () => {
  const { findings } = audit({
    "a.yaml": deployment("Upper/case:1"),
    "b.yaml": deployment(`a@${DIGEST}`),
    "c.yaml": deployment("1.5"),
  });
  expect(findings.filter(isFixable)).toEqual([]);
});

const place = ({ line, path }: Finding) => `${line} ${path}`;
const name = fc.constantFrom(
  "nginx",
  "redis:7",
  "a.example/b/c:v1.2",
  "localhost:5000/x",
  "ghcr.io/acme/app:main",
);
const image = fc.oneof(
  name,
  name.map((text) => `${text}@${DIGEST}`),
);
const container = fc.record({ name: fc.string({ maxLength: 8 }), image, note: fc.string({ maxLength: 20 }) });
const pod = fc.record({
  containers: fc.array(container, { minLength: 1, maxLength: 4 }),
  initContainers: fc.array(container, { maxLength: 2 }),
});
const style = fc.record({
  indent: fc.constantFrom(2, 3, 5),
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 200),
  defaultStringType: fc.constantFrom("PLAIN", "QUOTE_SINGLE", "QUOTE_DOUBLE") as fc.Arbitrary<"PLAIN">,
  collectionStyle: fc.constantFrom("any", "block", "flow") as fc.Arbitrary<"any">,
});
const manifest = fc.tuple(pod, style, fc.boolean(), fc.boolean()).map(([spec, options, crlf, json]) => {
  const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "x" }, spec };
  const text = json
    ? JSON.stringify(object, null, options.indent)
    : `# first\n${stringify(object, options)}# last\n`;
  return crlf ? text.replaceAll("\n", "\r\n") : text;
});

describe("for any manifest in any style", () => {
  test("what is pinned is never reported, and what is not always is", () => {
    fc.assert(
      fc.property(manifest, (text) => {
        fc.pre(audit({ "a.yaml": text }).unread.length === 0);
        for (const { image: found, verdict } of audit({ "a.yaml": text }).findings)
          expect(verdict).toBe(found?.includes("@") ? "yes" : "no");
      }),
      { numRuns: 1000 },
    );
  });

  test("fixing pins all, adds nothing but digests, and twice is as once", () => {
    fc.assert(
      fc.property(manifest, (text) => {
        // The library writes an empty list below its key, where it cannot read it back.
        fc.pre(audit({ "a.yaml": text }).unread.length === 0);
        const fixed = fix(text);
        expect(fixed.byHand).toEqual([]);
        const before = audit({ "a.yaml": text }).findings;
        const after = audit({ "a.yaml": fixed.text });
        expect(after.unread).toEqual([]);
        expect(after.findings.every(({ pinned }) => pinned)).toBe(true);
        expect(after.findings.map(place).sort()).toEqual(before.map(place).sort());
        const added = before.filter(({ pinned }) => !pinned).length;
        expect(fixed.text.length - text.length).toBe(added * (DIGEST.length + 1));
        expect(fixed.text.replaceAll(`@${DIGEST}`, "")).toBe(text.replaceAll(`@${DIGEST}`, ""));
        expect(fix(fixed.text).text).toBe(fixed.text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the diff", () => {
  test("shows changed lines with three around them, near ones together", () => {
    const lines = Array.from({ length: 30 }, (_, index) => `l${index + 1}`);
    const now = lines.map((line) => (["l2", "l5", "l20"].includes(line) ? `${line}!` : line));
    expect(unifiedDiff("f", lines.join("\n"), now.join("\n"))).toBe(
      "--- a/f\n+++ b/f\n@@ -1,8 +1,8 @@\n l1\n-l2\n+l2!\n l3\n l4\n-l5\n+l5!\n l6\n l7\n l8\n@@ -17,7 +17,7 @@\n l17\n l18\n l19\n-l20\n+l20!\n l21\n l22\n l23\n",
    );
  });

  test("says where a file has no line feed at its end, and keeps carriage returns", () => {
    expect(unifiedDiff("f", "a\r\nb", "a\r\nc")).toBe(
      "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\r\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n",
    );
    expect(unifiedDiff("f", "a\n", "a\n")).toBe("");
  });
});
