import fc from "fast-check";
import { formatReference, ImageError, isPinned, parsePinned, parseReference } from "@waybill/core/image";

const F = "f".repeat(64);
const DIGEST = `sha256:${F}`;

/** id, input, registry, repository, tag, digest */
type Accepted = readonly [
  id: string,
  input: string,
  registry: string,
  repository: string,
  ...rest: (string | undefined)[],
];

const accepted: readonly Accepted[] = [
  ["REF-002", "redis:latest", "docker.io", "library/redis", "latest"],
  ["REF-004", "docker.io/debian", "docker.io", "library/debian"],
  ["REF-005", "docker.io/library/debian", "docker.io", "library/debian"],
  ["REF-006", "index.docker.io/debian", "docker.io", "library/debian"],
  ["REF-008", "registry-1.docker.io/library/nginx", "registry-1.docker.io", "library/nginx"],
  ["REF-009", "hub.docker.com/library/nginx", "hub.docker.com", "library/nginx"],
  ["REF-014", "localhost/library/debian", "localhost", "library/debian"],
  ["REF-016", "localhost:5000/nginx", "localhost:5000", "nginx"],
  ["REF-017", `localhost@${DIGEST}`, "docker.io", "library/localhost", undefined, DIGEST],
  ["REF-020", "test.com:5000", "docker.io", "library/test.com", "5000"],
  ["REF-021", "test.com/repo:tag", "test.com", "repo", "tag"],
  ["REF-022", "test:5000/repo", "test:5000", "repo"],
  ["REF-023", `test:5000/repo:tag@${DIGEST}`, "test:5000", "repo", "tag", DIGEST],
  ["REF-025", "test_com/foo", "docker.io", "test_com/foo"],
  ["REF-026", "foo_bar.com:8080", "docker.io", "library/foo_bar.com", "8080"],
  ["REF-028", "192.168.1.1:5000/repo:5050", "192.168.1.1:5000", "repo", "5050"],
  ["REF-029", "192.168.0.1", "docker.io", "library/192.168.0.1"],
  ["REF-032", `example.com:443/repo@${DIGEST}`, "example.com:443", "repo", undefined, DIGEST],
  ["REF-035", `[2001:db8::1]:5000/repo:tag@${DIGEST}`, "[2001:db8::1]:5000", "repo", "tag", DIGEST],
  ["REF-037", "[2001:db8::1]/repo", "[2001:db8::1]", "repo"],
  [
    "REF-069",
    `nginx@sha512:${"a".repeat(128)}`,
    "docker.io",
    "library/nginx",
    undefined,
    `sha512:${"a".repeat(128)}`,
  ],
  ["REF-100", "dock__er/docker", "docker.io", "dock__er/docker"],
  ["REF-102", "docker---rules/docker", "docker.io", "docker---rules/docker"],
  ["REF-114", `nginx:${"a".repeat(128)}`, "docker.io", "library/nginx", "a".repeat(128)],
  ["REF-117", `example.com/${"a".repeat(255)}:tag`, "example.com", "a".repeat(255), "tag"],
  ["REF-119", `docker.io/${"1a3f5e7d".repeat(8)}`, "docker.io", `library/${"1a3f5e7d".repeat(8)}`],
  ["REF-122", `registry.example.com/app:${F}`, "registry.example.com", "app", F],
  [
    "REF-123",
    `a.example/app:v1.0-sha256.${"f".repeat(40)}`,
    "a.example",
    "app",
    `v1.0-sha256.${"f".repeat(40)}`,
  ],
  ["REF-127", "xn--n3h.com/myimage:xn--n3h.com", "xn--n3h.com", "myimage", "xn--n3h.com"],
  ["REF-135", "mirror.gcr.io/ubuntu", "mirror.gcr.io", "ubuntu"],
  ["REF-136", `gcr.io/google.com/id/hi@${DIGEST}`, "gcr.io", "google.com/id/hi", undefined, DIGEST],
  ["class docker.io: both names inside a path", "docker.io/docker.io/x", "docker.io", "docker.io/x"],
  [
    "class docker.io: the old name with a tag",
    "index.docker.io/debian:12",
    "docker.io",
    "library/debian",
    "12",
  ],
  [
    "class docker.io: the old name with a port is another host",
    "index.docker.io:443/a",
    "index.docker.io:443",
    "a",
  ],
  ["class docker.io: a dotted host with one part", "quay.io/a", "quay.io", "a"],
  ["class hosts: upper case with a dot", "Example.COM/app", "Example.COM", "app"],
  ["class hosts: single label with a port", "Registry:5000/app", "Registry:5000", "app"],
  ["class tags: underscore and upper case", "a/b:_V1", "docker.io", "a/b", "_V1"],
  ["class ports: lowest and highest", "h:1/a", "h:1", "a"],
  ["class ports: highest", "h:65535/a", "h:65535", "a"],
  ["class lengths: 255 over many parts", `a.b/${"a/".repeat(127)}a`, "a.b", `${"a/".repeat(127)}a`],
  ["class hex names: 63 digits", "f".repeat(63), "docker.io", `library/${"f".repeat(63)}`],
  ["class bare digests: with a repository it is a tag", `a.b/sha256:${F}`, "a.b", "sha256", F],
];

/** id, input, code */
type Refused = readonly [id: string, input: string, code: string];

const refused: readonly Refused[] = [
  ["REF-011", "Docker/docker", "ambiguous-host"],
  ["REF-019", `localhost:http/name@${DIGEST}`, "bad-host"],
  ["REF-027", "bad_hostname.com:8080/myapp:tag", "bad-host"],
  ["REF-030", "192.168.1.1:99999/repo", "bad-port"],
  ["REF-031", "example.com:0443/repo", "bad-port"],
  ["REF-033", "example.com:/repo", "bad-host"],
  ["REF-034", "example.com:-1/repo", "bad-host"],
  ["REF-039", "[fe80::1%eth0]:5000/repo", "bad-host"],
  ["REF-041", "fc00::1:5000/debian", "bad-host"],
  ["REF-044", " ", "malformed"],
  ["REF-046", "nginx ", "malformed"],
  ["REF-047", "nginx\n", "malformed"],
  ["REF-050", "nginx:la test", "malformed"],
  ["REF-052", "nginx:", "malformed"],
  ["REF-054", "nginx@", "malformed"],
  ["REF-056", `@${DIGEST}`, "malformed"],
  ["REF-058", "nginx@sha256:", "bad-digest"],
  ["REF-059", `nginx@${F}`, "unsupported-digest"],
  ["REF-061", `nginx@sha256:${F.slice(1)}`, "bad-digest"],
  ["REF-062", `nginx@sha256:${F}f`, "bad-digest"],
  ["REF-065", `nginx@SHA256:${F}`, "unsupported-digest"],
  ["REF-066", `repo@sha256:${"sh".repeat(32)}`, "bad-digest"],
  ["REF-067", `repo@sha256:${":".repeat(64)}`, "bad-digest"],
  ["REF-072", `nginx@md5:${"a".repeat(32)}`, "unsupported-digest"],
  ["REF-075", `nginx@invaliddigest:${F}`, "unsupported-digest"],
  ["REF-076", `nginx@${DIGEST}:tag`, "bad-digest"],
  ["REF-080", "oci://registry.example.com/app:1.0", "bad-host"],
  ["REF-084", "registry.example.com/app#frag", "malformed"],
  ["REF-085", "registry.example.com/app%2Fother:1", "upper-case-name"],
  ["REF-086", "registry.example.com\\app:1", "malformed"],
  ["REF-087", "registry.example.com/../etc/passwd", "malformed"],
  ["REF-088", "registry.example.com/a/./b", "malformed"],
  ["REF-089", "docker///docker", "malformed"],
  ["REF-095", "docker-/docker", "malformed"],
  ["REF-097", "foo/bar-", "malformed"],
  ["REF-098", "dock..er/docker", "bad-host"],
  ["REF-101", "do___cker/docker", "malformed"],
  ["REF-105", ".docker/docker", "bad-host"],
  ["REF-106", "example.com./app:1", "bad-host"],
  ["REF-107", "test:5000/Uppercase/lowercase:tag", "upper-case-name"],
  ["REF-110", "registry.com:8080/myapp:invalid~tag", "malformed"],
  ["REF-111", "nginx:.hidden", "malformed"],
  ["REF-112", "nginx:-foo", "malformed"],
  ["REF-115", `nginx:${"a".repeat(129)}`, "malformed"],
  ["REF-116", `domain/${"a".repeat(256)}:tag`, "too-long"],
  ["REF-120", `sha256:${F}`, "bare-digest"],
  ["REF-124", "registry.example.com/app:v1.0+build.5", "malformed"],
  ["REF-125", `g\u0441r.io/app@${DIGEST}`, "bad-host"],
  ["REF-128", "nginx\u200b:latest", "malformed"],
  ["REF-130", "nginx\uff1alatest", "malformed"],
  ["REF-131", "nginx:v\uff11", "malformed"],
  ["REF-132", "nginx\u0301:1", "malformed"],
  ["REF-133", "\u212aubernetes/app:1", "bad-host"],
  ["REF-134", "nginx:\u{1f433}", "malformed"],
  ["REF-140", "{{ .Values.image }}", "upper-case-name"],
  ["REF-141", "app:$(TAG)", "malformed"],
  ["class empty", "", "empty"],
  ["class spaces: tab before", "\tnginx", "malformed"],
  ["class spaces: carriage return", "nginx:1\r", "malformed"],
  ["class spaces: newline after a digest", `nginx@${DIGEST}\n`, "bad-digest"],
  ["class spaces: newline after a tag and before a digest", `nginx:1\n@${DIGEST}`, "malformed"],
  ["class spaces: newline after a host", "a.b\n/x", "bad-host"],
  ["class spaces: NUL", "nginx\0", "malformed"],
  ["class ambiguous hosts: LOCALHOST", "LOCALHOST/x", "ambiguous-host"],
  ["class upper case: a name alone", "Uppercase:tag", "upper-case-name"],
  ["class ports: 0", "h:0/a", "bad-port"],
  ["class ports: 65536", "h:65536/a", "bad-port"],
  ["class ports: signs", "h:+80/a", "bad-host"],
  ["class ports: full-width digit", "h:8\uff10/a", "bad-host"],
  ["class hosts: an underscore and no port", "foo_bar.com/app", "bad-host"],
  ["class hosts: brackets without an address", "[]/a", "malformed"],
  ["class hosts: three colons", "[:::]:5000/a", "bad-host"],
  ["class hosts: groups over four digits", "[12345::]/a", "bad-host"],
  ["class hosts: IPv4 out of range", "256.1.1.1/a", "bad-host"],
  ["class hosts: IPv4 with leading zero", "127.0.0.01/a", "bad-host"],
  ["class hosts: IPv4 with fewer parts", "127.1/a", "bad-host"],
  ["class hosts: IPv4 in hex", "0x7f.0x1/a", "bad-host"],
  ["class hosts: IPv4 as one number", "2130706433:5000/a", "bad-host"],
  ["class hosts: a label over 63", `${"a".repeat(64)}.com/a`, "bad-host"],
  ["class hosts: over 253", `${"a.".repeat(130)}com/a`, "bad-host"],
  ["class hosts: user info", "user@example.com/a", "bad-host"],
  ["class hosts: nothing before the slash", "/a", "malformed"],
  ["class hosts: only a host", "example.com/", "malformed"],
  ["class bare digests: sha512 fits into a tag", `sha512:${F}${F}`, "bare-digest"],
  ["class bare digests: upper-case hex", `sha256:${"F".repeat(64)}`, "bare-digest"],
  ["class bare digests: cut off", `sha256:${F.slice(20)}`, "bare-digest"],
  ["class bare digests: twice", `${DIGEST}@${DIGEST}`, "bare-digest"],
  ["class hex names", "1a3f5e7d".repeat(8), "hex-name"],
  ["class digests: upper-case hex", `nginx@sha256:${"F".repeat(64)}`, "bad-digest"],
  ["class digests: sha512 with the length of sha256", `nginx@sha512:${F}`, "bad-digest"],
  ["class digests: sha384 is not taken", `nginx@sha384:${"a".repeat(96)}`, "unsupported-digest"],
  ["class digests: composed algorithm", `nginx@sha256+b64:${F}`, "unsupported-digest"],
  ["class digests: two", `nginx@${DIGEST}@${DIGEST}`, "malformed"],
  ["class lengths: 256 over many parts", `a.b/${"a/".repeat(127)}aa`, "too-long"],
  ["class lengths: library/ counts", `docker.io/${"a".repeat(248)}`, "too-long"],
  ["class lengths: a megabyte", "a".repeat(1_000_000), "too-long"],
  ["class separators: dot after dash", "a-.b/c", "bad-host"],
  ["class separators: mixed in a path", "a/b._c", "malformed"],
  ["class separators: last part empty", "a/b/", "malformed"],
];

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof ImageError) return error.code;
    throw error;
  }
  return undefined;
}

describe("parseReference", () => {
  test.each(accepted.map((row) => [row]))("%j", ([, input, registry, repository, tag, digest]) => {
    const reference = parseReference(input);
    expect(reference).toEqual({ registry, repository, tag, digest });
    expect(parseReference(formatReference(reference))).toEqual(reference);
  });

  test.each(refused)("%s: refuses %j as %s", (_id, input, code) => {
    expect(codeOf(() => parseReference(input))).toBe(code);
  });

  test("a refusal says what was expected, what was found and what to do, and shows what hides in the text", () => {
    expect(() => parseReference("nginx\u200b:latest")).toThrow(
      'image "nginx\\u200b:latest": expected [host[:port]/]repository[:tag][@digest], found "nginx\\u200b:latest". ' +
        "Write the image as host[:port]/repository@sha256:….",
    );
  });

  test("a refusal stays short for a long text", () => {
    expect(() => parseReference(`Docker/${"a".repeat(900)}`)).toThrow(/^.{0,600}$/);
  });
});

describe("parsePinned", () => {
  test("takes a digest with or without a tag", () => {
    expect(parsePinned(`a.b/c:1@${DIGEST}`).digest).toBe(DIGEST);
    expect(isPinned(parseReference(`a.b/c@${DIGEST}`))).toBe(true);
  });

  test.each(["a.b/c", "a.b/c:1", `a.b/c:${F}`])("refuses %s", (input) => {
    expect(codeOf(() => parsePinned(input))).toBe("not-pinned");
    expect(isPinned(parseReference(input))).toBe(false);
  });
});

const part = fc.stringMatching(/^[a-z0-9]{1,8}((\.|_|__|-{1,3})[a-z0-9]{1,5}){0,2}$/);
const host = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9]{1,8}(-[a-z0-9]{1,3})?\.[a-z][a-z0-9]{0,5}$/),
  fc.ipV4(),
  fc.constantFrom("localhost", "docker.io", "index.docker.io", "[::1]", "[2001:db8::a]"),
);
const registry = fc
  .tuple(host, fc.option(fc.integer({ min: 1, max: 65535 })))
  .map(([name, port]) => (port === null ? name : `${name}:${port}`));
const ending = fc
  .record({
    tag: fc.option(fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}$/)),
    digest: fc.option(fc.stringMatching(/^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/)),
  })
  .map(({ tag, digest }) => `${tag === null ? "" : `:${tag}`}${digest === null ? "" : `@${digest}`}`);
/** Without a registry the first part has no dot, or it would be one. */
const beginning = fc.oneof(
  registry,
  fc.stringMatching(/^[a-z][a-z0-9]{0,8}((_|__|-{1,3})[a-z0-9]{1,5}){0,2}$/),
);
const reference = fc
  .tuple(beginning, fc.array(part, { minLength: 1, maxLength: 4 }), ending)
  .map(([first, path, end]) => `${[first, ...path].join("/")}${end}`);

describe("for generated references", () => {
  test("parse, print, parse gives the same", () => {
    fc.assert(
      fc.property(reference, (text) => {
        const parsed = parseReference(text);
        const printed = formatReference(parsed);
        expect(parseReference(printed)).toEqual(parsed);
        expect(formatReference(parseReference(printed))).toBe(printed);
      }),
      { numRuns: 2000 },
    );
  });

  test("a broken one throws an ImageError or parses, nothing else", () => {
    const noise = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(":", "@", "/", ".", "[", "]", "\n", "%", "_", "-", "//"),
    );
    fc.assert(
      fc.property(reference, noise, fc.nat(), (text, extra, at) => {
        const cut = at % (text.length + 1);
        const broken = text.slice(0, cut) + extra + text.slice(cut);
        const code = codeOf(() => parseReference(formatReference(parseReference(broken))));
        expect(code === undefined || code.length > 0).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test("any text throws an ImageError or parses", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 1500 }), (text) => {
        codeOf(() => parseReference(text));
      }),
      { numRuns: 2000 },
    );
  });
});

test.each([
  ["host labels", `${"a".repeat(1000)}!/x`],
  ["dots", `${"a.".repeat(500)}!/x`],
  ["dashes", `a${"-".repeat(1000)}`],
  ["separators", `${"a__".repeat(330)}!`],
  ["path parts", `${"a/".repeat(500)}!`],
  ["tag", `a:${"a".repeat(1000)}!`],
  ["digest", `a@sha256:${"f".repeat(1000)}`],
  ["ten megabytes", "a-".repeat(5_000_000)],
])("no pattern backtracks without end: %s", (_name, text) => {
  const start = process.cpuUsage();
  expect(codeOf(() => parseReference(text))).toBeDefined();
  expect(process.cpuUsage(start).user).toBeLessThan(200_000);
});
