import fc from "fast-check";
import { type Freeze, windowOf } from "@waybill/core/promotion";

const freeze = (when: Freeze["when"]): Freeze => ({
  name: "f",
  reason: "r",
  when,
  approvals: { count: 1, of: ["a"] },
});
const windowAt = (when: Freeze["when"], now: string) => {
  const window = windowOf(freeze(when), new Date(now));
  return window && [window.from, window.until].map((time) => time.toISOString().slice(0, 16));
};

const nights = { days: ["fri"], from: "18:00", until: "06:00" } as const;

test.each([
  [nights, "2026-12-25T17:59:59Z", ["2026-12-25T18:00", "2026-12-26T06:00"]],
  [nights, "2026-12-26T05:59:59Z", ["2026-12-25T18:00", "2026-12-26T06:00"]],
  [nights, "2026-12-26T06:00:00Z", ["2027-01-01T18:00", "2027-01-02T06:00"]],
  [
    { days: ["sat"], from: "00:00", until: "24:00" },
    "2026-12-26T23:59:59Z",
    ["2026-12-26T00:00", "2026-12-27T00:00"],
  ],
  [
    { days: ["sat"], from: "00:00", until: "24:00" },
    "2026-12-27T00:00:00Z",
    ["2027-01-02T00:00", "2027-01-03T00:00"],
  ],
  [
    { from: "2026-12-20T00:00:00Z", until: "2027-01-04T00:00:00Z" },
    "2026-12-01",
    ["2026-12-20T00:00", "2027-01-04T00:00"],
  ],
  [{ from: "2026-12-20T00:00:00Z", until: "2027-01-04T00:00:00Z" }, "2027-01-04", undefined],
] as const)("%j at %s: %j", (when, now, expected) => {
  expect(windowAt(when as Freeze["when"], now)).toEqual(expected);
});

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));

test("a weekly window is open now or comes within a week, and begins on one of its days", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom("sun", "mon", "tue", "wed", "thu", "fri", "sat"), { minLength: 1 }),
      clock,
      clock,
      fc.date({ min: new Date("2026-01-01"), max: new Date("2030-01-01"), noInvalidDate: true }),
      (days, from, until, now) => {
        const window = windowOf(freeze({ days, from, until }), now);
        if (!window) throw new Error("none to come");
        const length = Number(window.until) - Number(window.from);
        expect(window.until > now).toBe(true);
        expect(Number(window.from) - Number(now)).toBeLessThanOrEqual(7 * 86_400_000);
        expect(length > 0 && length <= 86_400_000).toBe(true);
        expect(days).toContain(window.from.toUTCString().slice(0, 3).toLowerCase());
        expect(window.from.toISOString().slice(11, 16)).toBe(from);
        expect(window.until.toISOString().slice(11, 16)).toBe(until);
      },
    ),
  );
});
