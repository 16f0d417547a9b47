import { parseReference, remarksOn } from "@waybill/core/image";

const remarks = (text: string) => remarksOn(parseReference(text));

test.each(["test.com:5000", "localhost:5000", "192.168.0.1:80"])(
  "REF-020: %s looks like a host and port",
  (text) => {
    expect(remarks(text)).toEqual([
      expect.stringContaining("looks like a host and port, but is the image library/"),
    ]);
  },
);

test.each(["a.b/c:" + "f".repeat(64), `a.b/c:v1-sha256.${"f".repeat(40)}`])(
  "REF-122, REF-123: %s is a tag",
  (text) => {
    expect(remarks(text)).toEqual(["the tag looks like a digest, but a tag can be moved"]);
  },
);

test("REF-127: a punycode host is shown decoded", () => {
  expect(remarks("xn--n3h.com:5000/myimage:1")).toEqual(["the registry is shown as ☃.com"]);
});

test.each([
  "redis:7",
  "redis:5000",
  "test.com/repo:5000",
  "test.com:5000/repo",
  `a.b/c:1@sha256:${"f".repeat(64)}`,
])("%s is read as it is meant", (text) => {
  expect(remarks(text)).toEqual([]);
});
