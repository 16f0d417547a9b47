import { checkPredicate } from "@waybill/core/evidence";
import { readCompatibility, readIncidents } from "@waybill/core/results";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { at, fixture, NOW, refused, report, textOf } from "./support";

describe("incidents", () => {
  const FROM = at("2026-05-31T12:00:00Z");
  const UNTIL = at("2026-06-01T12:00:00Z");
  const ASKED = {
    source: "pager",
    service: "cart",
    environment: "staging",
    from: FROM,
    until: UNTIL,
    now: NOW,
  };
  const read = (name: string, asked: object = ASKED) => readIncidents(fixture(name), { now: NOW, ...asked });

  test("our own form says everything itself", () => {
    const predicate = read("incidents.json", {});
    checkPredicate("test", PREDICATE_TYPES.incidents, predicate);
    expect(predicate).toEqual({
      source: "pager",
      service: "cart",
      environment: "staging",
      from: "2026-05-31T12:00:00.000Z",
      until: "2026-06-01T12:00:00.000Z",
      incidents: [
        {
          id: "INC-7",
          opened: "2026-05-31T20:00:00.000Z",
          closed: "2026-05-31T20:30:00.000Z",
          summary: "checkout slow",
        },
        { id: "INC-8", opened: "2026-06-01T11:00:00.000Z", closed: null },
      ],
    });
    expect(read("incidents.json")).toEqual(predicate);
  });

  test("PagerDuty: what it was asked for is given beside it", () => {
    const predicate = read("pagerduty.json");
    checkPredicate("test", PREDICATE_TYPES.incidents, predicate);
    expect(predicate).toMatchObject({
      service: "cart",
      incidents: [
        { id: "PT4KHLK", opened: "2026-06-01T10:00:00.000Z", closed: "2026-06-01T10:40:00.000Z" },
        { id: "PT4KHLL", closed: null },
      ],
    });
  });

  test.each([["source"], ["service"], ["environment"], ["from"], ["until"]])(
    "%s is said by somebody",
    (key) => {
      expect(refused(() => read("pagerduty.json", { ...ASKED, [key]: undefined }))).toBe("unsaid");
      const other = typeof ASKED[key as "from"] === "number" ? FROM + 1 : "other";
      expect(refused(() => read("incidents.json", { ...ASKED, [key]: other }))).toBe("unreadable");
    },
  );

  test.each<[string, string, string, string]>([
    ["one page of several", '"more": false', '"more": true', "unfinished"],
    ["a state that nobody knows", '"triggered"', '"asleep"', "unreadable"],
    [
      "an end before the beginning",
      '"resolved_at": "2026-06-01T10:40:00Z"',
      '"resolved_at": "2026-06-01T09:40:00Z"',
      "contradiction",
    ],
    [
      "a time without a zone",
      '"created_at": "2026-06-01T10:00:00Z"',
      '"created_at": "2026-06-01T10:00:00"',
      "unreadable",
    ],
  ])("%s", (_, from, to, code) => {
    const text = textOf("pagerduty.json");
    expect(text).toContain(from);
    expect(refused(() => readIncidents(report(text.replace(from, to)), ASKED))).toBe(code);
  });

  test("nobody knows of incidents that are yet to come, and an empty span says nothing", () => {
    expect(refused(() => read("pagerduty.json", { ...ASKED, until: NOW.getTime() + 3_600_000 }))).toBe(
      "contradiction",
    );
    expect(refused(() => read("pagerduty.json", { ...ASKED, until: FROM }))).toBe("contradiction");
  });

  test("Alertmanager knows only what burns right now", () => {
    const alerts = [
      { labels: { alertname: "Down" }, startsAt: "2026-06-01T11:00:00Z", status: { state: "active" } },
    ];
    expect(refused(() => readIncidents(report(JSON.stringify(alerts)), ASKED))).toBe("unreadable");
  });
});

describe("compatibility", () => {
  test("a small file", () => {
    const predicate = readCompatibility(fixture("compatibility.yaml"));
    checkPredicate("test", PREDICATE_TYPES.compatibility, predicate);
    expect(predicate).toEqual({
      rollback: "unsafe",
      sideBySide: true,
      changes: [
        { kind: "schema", summary: 'column "total" is dropped after a week' },
        { kind: "flag", summary: "new-cart must be off before" },
      ],
    });
  });

  test.each<[string, string]>([
    ["nothing", ""],
    ["no word on rollback", "sideBySide: true\nchanges: []"],
    ["a word for a truth value", "rollback: safe\nsideBySide: perhaps\nchanges: []"],
    ["a key that nobody knows", "rollback: safe\nsideBySide: true\nchanges: []\nrolback: unsafe"],
    ["a key twice", "rollback: unsafe\nrollback: safe\nsideBySide: true\nchanges: []"],
    ["two documents", "rollback: safe\nsideBySide: true\nchanges: []\n---\nrollback: unsafe"],
    ["changes left out", "rollback: safe\nsideBySide: true"],
  ])("%s is refused", (_, text) => {
    expect(refused(() => readCompatibility(report(text)))).toMatch(/^(unreadable|invalid)$/);
  });
});
