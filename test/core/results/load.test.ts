import { checkPredicate } from "@waybill/core/evidence";
import { readLoad } from "@waybill/core/results";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { at, fixture, NOW, refused, report, SPAN, textOf } from "./support";

const load = (file = fixture("k6-summary.json"), more = {}) => readLoad(file, { now: NOW, ...SPAN, ...more });

test.each<[string, object]>([
  [
    "k6-summary.json",
    { tool: "k6", requests: 6000, failed: 12, latency: { p50: 109.25, p90: 140.5, p95: 188.75 } },
  ],
  [
    "k6-data.json",
    {
      tool: "k6",
      requests: 6000,
      failed: 12,
      latency: { p50: 109.25, p90: 140.5, p95: 188.75, "p99.9": 640 },
    },
  ],
  [
    "wrk.txt",
    { tool: "wrk", requests: 22464667, failed: 67, latency: { p50: 0.25, p75: 0.491, p90: 0.7, p99: 5.8 } },
  ],
  [
    "wrk2.txt",
    {
      tool: "wrk2",
      requests: 60018,
      failed: 0,
      latency: { p50: 6.67, p75: 7.78, p90: 9.14, p99: 11.18, "p99.9": 12.3, "p99.99": 12.33 },
    },
  ],
])("%s", (name, expected) => {
  const predicate = load(fixture(name), { traffic: "a Monday morning", target: "staging" });
  checkPredicate("test", PREDICATE_TYPES.load, predicate);
  expect(predicate).toEqual({
    ...expected,
    startedOn: "2026-06-01T12:00:00.000Z",
    finishedOn: "2026-06-01T12:10:00.000Z",
    traffic: "a Monday morning",
    target: "staging",
  });
});

test("one time is enough where the tool says how long it ran, and neither is not", () => {
  const finishedOn = at("2026-06-01T12:10:00Z");
  const only = (name: string, more: object) =>
    load(fixture(name), { startedOn: undefined, finishedOn: undefined, ...more });
  expect(only("wrk.txt", { finishedOn }).startedOn).toBe("2026-06-01T12:09:30.000Z");
  expect(only("k6-data.json", { startedOn: SPAN.startedOn }).finishedOn).toBe("2026-06-01T12:01:00.123Z");
  expect(refused(() => only("k6-summary.json", { finishedOn }))).toBe("unsaid");
  expect(refused(() => only("wrk.txt", {}))).toBe("unsaid");
});

test.each<[string, string, string, string]>([
  [
    "failed requests that do not add up",
    '"passes": 12, "fails": 5988, "value"',
    '"passes": 0, "fails": 5988, "value"',
    "contradiction",
  ],
  ["a share that does not fit", '"value": 0.002', '"value": 0.2', "contradiction"],
  ["no word on failures", '"http_req_failed"', '"http_req_failex"', "unreadable"],
  ["no requests counted", '"http_reqs"', '"http_reqz"', "unreadable"],
  ["a negative count", '"count": 6000', '"count": -6000', "unreadable"],
  ["a negative latency", '"med": 109.25', '"med": -1', "unreadable"],
  ["a number without an end", '"med": 109.25', '"med": 1e999', "unreadable"],
])("k6: %s", (_, from, to, code) => {
  const text = textOf("k6-summary.json");
  expect(text).toContain(from);
  expect(refused(() => load(report(text.replace(from, to))))).toBe(code);
});

test("nothing was asked: nothing was tested", () => {
  const none = textOf("k6-summary.json")
    .replace('"count": 6000', '"count": 0')
    .replace('"passes": 12, "fails": 5988, "value": 0.002', '"passes": 0, "fails": 0, "value": 0');
  expect(refused(() => load(report(none)))).toBe("unfinished");
});

test.each<[string, string, string, string]>([
  ["errors under a damaged name", "Socket errors:", "Socket errars:", "unreadable"],
  ["failed answers under a damaged name", "Non-2xx", "Non-3xx", "unreadable"],
  ["a count that is none", "timeout 4", "timeout -4", "unreadable"],
  ["more failures than answers", "responses: 57", "responses: 99999999", "contradiction"],
  ["no last line", "Transfer/sec:    606.33MB\n", "", "unreadable"],
  ["no count of requests", /  22464657 requests.*\n/.exec(textOf("wrk.txt"))?.[0] ?? "", "", "unreadable"],
])("wrk: %s", (_, from, to, code) => {
  const text = textOf("wrk.txt");
  expect(text).toContain(from);
  expect(refused(() => load(report(text.replace(from, to))))).toBe(code);
});

test("two runs in one file are refused, a script's own words before and after a run are not", () => {
  const text = textOf("wrk.txt");
  expect(refused(() => load(report(text + text)))).toBe("unreadable");
  expect(load(report(`warming up\n${text}done: 7 carts\n`))).toEqual(load(fixture("wrk.txt")));
});
