import fc from "fast-check";
import { findImpossibleTimes, isBackward, parseTime, partsAt, textAt, textsAt } from "@waybill/core/schema";

const document = { a: [{ b: "x" }, { b: 1 }, "y", { b: "z" }], "c/d": { e: "f" } };

test("a path leads to every part that is there, each with its own path", () => {
  expect(partsAt(document, "/a/*/b")).toEqual([
    { path: "/a/0/b", value: "x" },
    { path: "/a/1/b", value: 1 },
    { path: "/a/3/b", value: "z" },
  ]);
  expect(textsAt(document, "/a/*/b").map(({ value }) => value)).toEqual(["x", "z"]);
  expect(textAt(document, "/a/1/b")).toBeUndefined();
  expect(partsAt(document, "/*/e")).toEqual([{ path: "/c~1d/e", value: "f" }]);
  expect(textAt(document, "/c~1d/e")).toBe("f");
  expect(partsAt(document, "/a/0/toString")).toEqual([]);
});

test("every path that comes out leads back to its part, in any document", () => {
  fc.assert(
    fc.property(fc.object({ key: fc.constantFrom("a", "b/c", "~", "~1") }), (value) => {
      for (const part of partsAt(value, "/*/*"))
        expect(partsAt(value, part.path).map((found) => found.value)).toEqual([part.value]);
    }),
  );
});

test.each([
  "2026-02-30",
  "2026-13-01",
  "2026-02-29T00:00:00Z",
  "2026-01-01T24:00:00Z",
  "2026-01-01T00:60:00Z",
])("%s looks like a time and is none", (time) => {
  expect(parseTime(time)).toBeUndefined();
  expect(findImpossibleTimes({ at: time }, ["/at"])).toHaveLength(1);
});

test("what does not look like a time is the schema's to refuse", () => {
  expect(parseTime("2026-01-01T00:00:00+02:00")).toBeUndefined();
  expect(findImpossibleTimes({ at: "tomorrow" }, ["/at"])).toEqual([]);
});

test("a day is its first moment in UTC", () => {
  expect(parseTime("2026-03-01")).toEqual(new Date("2026-03-01T00:00:00Z"));
  expect(isBackward({ from: "2026-03-01T00:00:00.5Z", until: "2026-03-01T00:00:00Z" })).toBe(true);
  expect(isBackward({ from: "2026-03-01", until: "2026-03-01T00:00:00Z" })).toBe(false);
});
