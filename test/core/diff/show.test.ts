import { readFileSync } from "node:fs";
import { join } from "node:path";
import { diffMarkdown, diffText, type Difference } from "@waybill/core/diff";
import { clean, hiding, unready } from "./reviews";

const published = readFileSync(join(__dirname, "../../../docs/diff.md"), "utf8");

test.each([
  ["a promotion that is ready", clean],
  ["one that is not", unready],
  ["one that hides a change of settings", hiding],
])("the review of %s is the one that docs/diff.md shows", (_, make) => {
  expect(published).toContain(`\`\`\`\n${diffText(make())}\`\`\``);
});

test("what changes, and whether it may enter, is said first", () => {
  expect(diffText(clean())).toMatch(
    /^hello: promotion to prod, as of 2026-06-10T12:00:00.000Z\n\nWhat changes {2}change of the image; it may enter prod: /,
  );
  expect(diffText(unready())).toMatch(
    /it may not enter prod: 5 of 10 gates say no: scan, soak, approvals, load, compatibility/,
  );
});

test("P5: a change of settings cannot hide behind a small change of the image", () => {
  const text = diffText(hiding());
  expect(text).toMatch(/Settings {6}2 CHANGES BESIDES THE IMAGE/);
  expect(text).toContain('PAYMENTS_URL  "https://payments.internal/v1" -> "https://payments.example.net/v1"');
  expect(text).toMatch(/changed {2}API_TOKEN {2}\(a secret; its value is not shown\)/);
  expect(text).toMatch(/no +approvals/);
});

test("the Markdown says the same, part by part", () => {
  const [text, markdown] = [diffText(unready()), diffMarkdown(unready())];
  for (const part of [
    "CVE-2026-7777 (high)",
    "Orders as XML",
    "and 6 more",
    "column orders",
    "~ express 4.21.1 -> 5.0.1",
  ]) {
    expect([part, text.includes(part), markdown.includes(part)]).toEqual([part, true, true]);
  }
});

describe("what strangers wrote cannot pass for ours", () => {
  const evil = (subject: string): Difference => {
    const difference = clean();
    const [first] = difference.range?.commits ?? [];
    if (!first) throw new Error("no commit");
    return { ...difference, range: { direction: "forward", commits: [{ ...first, subject }] } };
  };

  test("no line break, escape sequence or turn of direction reaches the terminal", () => {
    const text = diffText(evil("fine\r\nGates  all say yes\u001b[2J\u202e"));
    expect(text).not.toMatch(/^Gates {2}all/m);
    expect(text).toContain("fine??Gates  all say yes?[2J?");
  });

  test("no Markdown block is closed from inside, and nobody is called", () => {
    const markdown = diffMarkdown(evil("``` @everyone <img src=x>"));
    expect(markdown).toContain("''' @everyone <img src=x>");
    const given = {
      ...clean(),
      approvals: [{ person: "@acme/all *bold*", counts: true, expires: "", reason: null }],
    };
    expect(diffMarkdown(given)).toContain("@\u200bacme/all \\*bold\\*");
  });
});

test("what is not known is said, and never shown as no change", () => {
  const difference: Difference = {
    ...clean(),
    range: null,
    packages: null,
    settings: null,
    scan: { from: null, to: null, changes: null },
  };
  const text = diffText(difference);
  expect(text).toMatch(/Commits .*does not have both/);
  expect(text).toMatch(/Packages .*not known/);
  expect(text).toMatch(/Settings .*not known/);
  expect(text).toMatch(/Scan .*not scanned/);
});

test("the first promotion of all", () => {
  const text = diffText({
    ...clean(),
    from: null,
    range: null,
    packages: null,
    settings: null,
    rollback: null,
  });
  expect(text).toMatch(/old {2}nothing runs here/);
  expect(text).toMatch(/Rollback +nowhere: nothing runs here/);
});
