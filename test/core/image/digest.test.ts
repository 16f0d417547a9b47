import fc from "fast-check";
import { ImageError, parseDigest, splitDigest } from "@waybill/core/image";

const HEX = "0123456789abcdef".repeat(4);

test.each([
  ["sha256", HEX],
  ["sha512", HEX + HEX],
])("reads %s and splits it again", (algorithm, hex) => {
  const digest = parseDigest(`${algorithm}:${hex}`);
  expect(digest).toBe(`${algorithm}:${hex}`);
  expect(splitDigest(digest)).toEqual({ algorithm, hex });
});

test.each([
  ["nothing", "", "unsupported-digest"],
  ["hex alone", HEX, "unsupported-digest"],
  ["no algorithm", `:${HEX}`, "unsupported-digest"],
  ["upper-case algorithm", `SHA256:${HEX}`, "unsupported-digest"],
  ["a property every object has", `constructor:${HEX}`, "unsupported-digest"],
  ["upper-case hex", `sha256:${HEX.toUpperCase()}`, "bad-digest"],
  ["algorithm alone", "sha256", "bad-digest"],
  ["one digit less", `sha256:${HEX.slice(1)}`, "bad-digest"],
  ["one digit more", `sha256:${HEX}0`, "bad-digest"],
  ["the wrong length for the algorithm", `sha512:${HEX}`, "bad-digest"],
  ["a newline at the end", `sha256:${HEX}\n`, "bad-digest"],
  ["a newline in place of the last digit", `sha256:${HEX.slice(1)}\n`, "bad-digest"],
  ["something after it", `sha256:${HEX}:tag`, "bad-digest"],
  ["a space before it", ` sha256:${HEX}`, "unsupported-digest"],
])("refuses %s", (_name, text, code) => {
  const refusal = expect.objectContaining({ code }) as Error;
  expect(() => parseDigest(text)).toThrow(refusal);
});

test("any other text is an ImageError", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.string().map((text) => `sha256:${text}`),
      ),
      (text) => {
        expect(() => parseDigest(text)).toThrow(ImageError);
      },
    ),
  );
});
