import fc from "fast-check";
import { formatDuration, parseDuration } from "@waybill/core/promotion";

test.each([
  ["30s", 30_000],
  ["10m", 600_000],
  ["24h", 86_400_000],
  ["7d", 604_800_000],
])("%s is %i milliseconds", (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each(["", "0s", "07d", "-1h", "1.5h", "1w", "1 h", "24", "h", "1h30m", "1H", "1h\n", "9999999s", "٣h"])(
  "%j is no duration",
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test("what is written is read again as the same time, in the largest unit that says it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999 }), fc.constantFrom("s", "m", "h", "d"), (amount, unit) => {
      const milliseconds = parseDuration(`${amount}${unit}`) ?? 0;
      const written = formatDuration(milliseconds);
      expect(parseDuration(written)).toBe(milliseconds);
      expect(written.length).toBeLessThanOrEqual(`${amount}${unit}`.length);
    }),
  );
});

test("any text is a time of at least a second, or none", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9smhd]{1,8}$/)), (text) => {
      expect(parseDuration(text) ?? 1000).toBeGreaterThanOrEqual(1000);
    }),
    { numRuns: 2000 },
  );
});
