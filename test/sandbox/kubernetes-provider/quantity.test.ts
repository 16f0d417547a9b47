import fc from "fast-check";

const { sameQuantity } = jest.requireActual<
  typeof import("@waybill/sandbox/dist/kubernetes-provider/quantity")
>("../../../sandbox/src/kubernetes-provider/quantity");

test.each([
  ["1", "1000m"],
  ["0.5", "500m"],
  [".5", "500m"],
  ["1Gi", "1024Mi"],
  ["1.5Gi", "1536Mi"],
  ["1k", "1000"],
  ["1e3", "1k"],
  ["1E", "1000P"],
  ["0", "0Gi"],
  [2, "2"],
])("%s is %s", (a, b) => {
  expect(sameQuantity(a, b)).toBe(true);
});

test.each([
  ["1", "1m"],
  ["1Gi", "1G"],
  ["-1", "1"],
  ["", ""],
  ["abc", "abc"],
  ["1Gib", "1Gib"],
  [true, true],
])("%s is not %s", (a, b) => {
  expect(sameQuantity(a, b)).toBe(false);
});

test("a number is the same in every unit that can write it", () => {
  const units = { "": 1n, m: 1_000n, u: 1_000_000n, n: 1_000_000_000n };
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom("m", "u", "n"), (number, unit) => {
      const written = `${BigInt(number) * units[unit as keyof typeof units]}${unit}`;
      expect(sameQuantity(number, written)).toBe(true);
      expect(sameQuantity(number + 1, written)).toBe(false);
    }),
  );
});
