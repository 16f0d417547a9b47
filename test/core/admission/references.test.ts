import fc from "fast-check";
import { AdmissionError, inRegistries, matches, PINNED } from "@waybill/core/admission";
import { parsePinned, parseReference } from "@waybill/core/image";
import { isAllowedRegistry } from "@waybill/core/images";
import { IMAGES } from "../../support/guard";

const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const part = fc.oneof(
  fc.constantFrom(
    "acme",
    "acme-evil",
    "app",
    "library",
    "redis",
    "a.b",
    "a__b",
    "..",
    "",
    "-",
    "localhost",
    "sha256",
    "UP",
  ),
  fc.stringMatching(/^[a-z0-9]{1,6}$/),
);
const host = fc.constantFrom(
  ...[
    "ghcr.io",
    "ghcr.io:443",
    "ghcr-io",
    "ghcrxio",
    "docker.io",
    "index.docker.io",
    "localhost",
    "localhost:5000",
    "[::1]:5000",
    "evil.ghcr.io",
    "",
  ],
);
const tag = fc.constantFrom("", ":1.0", ":latest", `:${"a".repeat(64)}`, ":-", ":");
const end = fc.oneof(
  fc.constantFrom("", "@", "@sha256:abc", `@md5:${"a".repeat(32)}`, "@x@y"),
  hex.map((digits) => `@sha256:${digits}`),
  hex.map((digits) => `@sha512:${digits}${digits}`),
);
const reference = fc
  .tuple(host, fc.array(part, { minLength: 1, maxLength: 4 }), tag, end)
  .map(([name, parts, mark, digest]) => [...(name === "" ? [] : [name]), ...parts].join("/") + mark + digest);

const registries = fc.uniqueArray(
  fc.constantFrom(
    ...[
      "ghcr.io",
      "ghcr.io/acme",
      "ghcr.io/acme/app",
      "docker.io",
      "docker.io/library",
      "docker.io/acme",
      "docker.io/a.b",
      "localhost:5000",
      "localhost",
      "[::1]:5000/acme",
    ],
  ),
  { minLength: 1, maxLength: 4 },
);

function answer<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

test("a reference lies in a registry for the cluster if and only if it does for Waybill", () => {
  const runs = { numRuns: 5_000 };
  fc.assert(
    fc.property(registries, reference, (allowed, text) => {
      const parsed = answer(() => parseReference(text));
      const expected = parsed !== undefined && isAllowedRegistry(parsed, { registries: allowed });
      expect(matches(inRegistries(allowed, [], { pinned: false }), text)).toBe(expected);
      const pinned = expected && parsed.digest !== undefined;
      expect(matches(inRegistries(allowed, [], { pinned: true }), text)).toBe(pinned);
    }),
    runs,
  );
});

test("what Waybill calls pinned, the cluster does; and nothing else has a digest at its end", () => {
  fc.assert(
    fc.property(reference, (text) => {
      const parsed = answer(() => parsePinned(text));
      const isPinned = new RegExp(PINNED).test(text);
      if (parsed) expect(isPinned).toBe(true);
      if (isPinned) expect(text).toMatch(/@sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/);
    }),
    { numRuns: 5_000 },
  );
});

const inAcme = inRegistries(["registry.example/acme"], ["docker.io/library/redis"], { pinned: true });
test.each(["decided", "decidedWithTag", "undecided", "external", "externalShort"] as const)(
  "%s is pinned and allowed",
  (name) => {
    expect(matches(inAcme, IMAGES[name])).toBe(true);
  },
);
test.each([
  "tag",
  "elsewhere",
  "neighbour",
  "climbing",
  "suffixed",
  "shortDigest",
  "otherAlgorithm",
  "otherHub",
] as const)("%s is not", (name) => {
  expect(matches(inAcme, IMAGES[name])).toBe(false);
});

test("a repository of others is one repository, whatever its short name", () => {
  const redis = inRegistries([], ["docker.io/library/redis"], { pinned: true });
  const digest = `@sha256:${"a".repeat(64)}`;
  for (const name of [
    "redis",
    "library/redis",
    "docker.io/redis",
    "docker.io/library/redis",
    "index.docker.io/library/redis:8",
  ])
    expect(matches(redis, `${name}${digest}`)).toBe(true);
  for (const name of [
    "redis/redis",
    "acme/redis",
    "ghcr.io/library/redis",
    "redis-evil",
    "docker.io/library/redis/x",
  ])
    expect(matches(redis, `${name}${digest}`)).toBe(false);
});

test("nothing listed allows nothing", () => {
  for (const text of ["", "a", "ghcr.io/acme/app"])
    expect(matches(inRegistries([], [], { pinned: false }), text)).toBe(false);
});

test("what is longer than any reference is none", () => {
  expect(matches(inRegistries(["ghcr.io"], [], { pinned: false }), `ghcr.io/${"a/".repeat(600)}a`)).toBe(
    false,
  );
});

test.each([
  "",
  "acme",
  "https://ghcr.io",
  "ghcr.io/Acme",
  "ghcr.io/acme:1",
  "ghcr.io/../x",
  "ghcr.io//x",
  "a.*",
])("the registry %j is refused", (text) =>
  expect(() => inRegistries([text], [], { pinned: true })).toThrow(AdmissionError),
);
