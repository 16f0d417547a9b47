import { checkPredicate } from "@waybill/core/evidence";
import { parseDigest } from "@waybill/core/image";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { at, changed, DIGEST, fixture, refused, report, scan, SPAN, textOf } from "./support";

const DATABASE = at("2026-06-01T06:00:00Z");
const HIGH = { method: expect.any(String) as string, score: "high" };

const scores = (...args: Parameters<typeof scan>) =>
  Object.fromEntries(scan(...args).scanner.result.map(({ id, severity }) => [id, severity[0]?.score]));

/** Each report, what its scanner does not say, and what comes of it. */
const CASES: [string, Parameters<typeof scan>[1], Record<string, string>][] = [
  [
    "trivy.json",
    { database: DATABASE },
    {
      "CVE-2026-0101": "high",
      "CVE-2011-3374": "low",
      "CVE-2026-0202": "unknown",
      "CVE-2026-0303": "critical",
    },
  ],
  ["grype.json", {}, { "CVE-2026-0101": "high", "CVE-2011-3374": "low", "CVE-2026-0303": "critical" }],
  ["grype-0.74.json", {}, {}],
  ["trivy.sarif", { database: DATABASE, ...SPAN }, { "CVE-2026-0101": "high", "CVE-2011-3374": "low" }],
  ["scout.sarif", { database: DATABASE, assumeDigest: true }, { "CVE-2026-0303": "critical" }],
  ["ecr-basic.json", {}, { "CVE-2026-0101": "high", "CVE-2011-3374": "low", "CVE-2026-0202": "unknown" }],
  ["ecr-enhanced.json", {}, { "CVE-2026-0101": "high", "CVE-2026-0303": "critical" }],
];

test.each(CASES)("%s", (name, asked, found) => {
  const predicate = scan(fixture(name), asked);
  checkPredicate("test", PREDICATE_TYPES.vulns, predicate);
  expect(scores(fixture(name), asked)).toEqual(found);
  expect(predicate.waybill_digest).toBe(name === "scout.sarif" ? "assumed" : "named");
  for (const { severity } of predicate.scanner.result) expect(severity).toHaveLength(1);
});

test("package, version and the version that is fixed are kept, as far as they are known", () => {
  const found = (name: string, more = {}) =>
    scan(fixture(name), more).scanner.result.filter(({ id }) => id === "CVE-2026-0101");
  const fixed = { package: "libssl3", version: "3.0.15-1~deb12u1", fixed: "3.0.15-1~deb12u2" };
  expect(found("trivy.json", { database: DATABASE })).toEqual([
    { id: "CVE-2026-0101", severity: [{ method: "debian", score: "high" }], annotations: [fixed] },
  ]);
  expect(found("grype.json")).toEqual([{ id: "CVE-2026-0101", severity: [HIGH], annotations: [fixed] }]);
  expect(found("ecr-basic.json")[0]?.annotations).toEqual([
    { package: "openssl", version: "3.0.15-1~deb12u1" },
  ]);
  expect(found("ecr-enhanced.json").map(({ annotations }) => annotations?.[0])).toEqual([
    { package: "libssl3", version: "3.0.15", fixed: "0:3.0.15-1~deb12u2" },
    { package: "openssl", version: "3.0.15" },
  ]);
});

test("who scanned, with what, when", () => {
  expect(scan(fixture("grype.json"))).toMatchObject({
    scanner: {
      uri: "https://github.com/anchore/grype",
      version: "0.104.0",
      db: { lastUpdate: "2026-06-01T04:12:41.000Z" },
    },
    metadata: { scanStartedOn: "2026-06-01T10:00:00.120Z", scanFinishedOn: "2026-06-01T10:00:00.120Z" },
  });
  expect(scan(fixture("grype-0.74.json")).scanner.db.lastUpdate).toBe("2026-05-31T01:28:08.000Z");
  expect(scan(fixture("ecr-enhanced.json"))).toMatchObject({
    scanner: { version: "enhanced", db: { lastUpdate: "2026-06-01T07:46:40.000Z" } },
    metadata: { scanFinishedOn: "2026-06-01T12:00:00.500Z" },
  });
  expect(scan(fixture("scout.sarif"), { database: DATABASE, assumeDigest: true })).toMatchObject({
    scanner: { uri: "https://docker.com/products/docker-scout", version: "1.18.3" },
    metadata: { scanStartedOn: "2026-06-01T11:59:50.000Z", scanFinishedOn: "2026-06-01T12:00:00.000Z" },
  });
});

test("what a scanner's own settings would hide counts: an exception is signed, not written into an ignore file", () => {
  const hidden = (name: string, more = {}) =>
    scan(fixture(name), more).scanner.result.find(({ id }) => id === "CVE-2026-0303");
  const names = ["trivy.json", "grype.json", "scout.sarif", "ecr-enhanced.json"];
  for (const name of names)
    expect(
      hidden(name, {
        database: name === "grype.json" || name.startsWith("ecr") ? undefined : DATABASE,
        assumeDigest: true,
      }),
    ).toMatchObject({
      severity: [{ score: "critical" }],
      annotations: [{ suppressed: expect.any(String) as string }],
    });
});

describe("the database", () => {
  test.each(["trivy.json", "trivy.sarif"])("%s does not say how old it is", (name) => {
    expect(refused(() => scan(fixture(name), SPAN))).toBe("unsaid");
  });
  test("it is not newer than the scan: asked for later, a scanner tells of another one", () => {
    const database = at("2026-06-01T12:00:01Z");
    expect(refused(() => scan(fixture("trivy.json"), { database }))).toBe("contradiction");
  });
  test("what is said and what is given are the same", () => {
    expect(refused(() => scan(fixture("grype.json"), { database: DATABASE }))).toBe("contradiction");
    expect(scan(fixture("grype.json"), { database: at("2026-06-01T04:12:41Z") }).scanner.db).toBeDefined();
  });
});

describe("the image", () => {
  const other = parseDigest(`sha256:${"0".repeat(64)}`);
  test.each(CASES.filter(([name]) => name !== "scout.sarif"))(
    "%s about another image is refused",
    (name, asked) => {
      for (const assumeDigest of [true, false])
        expect(refused(() => scan(fixture(name), { ...asked, digest: other, assumeDigest }))).toBe(
          "other-image",
        );
    },
  );
  test("a report that names none is refused, unless somebody vouches for it", () => {
    expect(refused(() => scan(fixture("scout.sarif"), { database: DATABASE }))).toBe("image-unknown");
    const local = changed("trivy.json", "Metadata.RepoDigests", null);
    expect(refused(() => scan(local, { database: DATABASE }))).toBe("image-unknown");
    expect(scan(local, { database: DATABASE, assumeDigest: true }).waybill_digest).toBe("assumed");
  });
  test("the id of an image's configuration is no digest of the image", () => {
    const digest = parseDigest("sha256:4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a");
    expect(refused(() => scan(fixture("trivy.json"), { database: DATABASE, digest }))).toBe("other-image");
  });
  test("Grype names the manifest that it read", () => {
    expect(textOf("grype-0.74.json")).toContain(`"manifestDigest": "${DIGEST}"`);
    expect(scan(fixture("grype-0.74.json")).waybill_digest).toBe("named");
  });
});

describe("PRO-032: no findings because the scan failed is no scan", () => {
  const TIMES = { ...SPAN, assumeDigest: true };
  const STATES = [
    ...["FAILED", "IN_PROGRESS", "PENDING", "UNSUPPORTED_IMAGE", "FINDINGS_UNAVAILABLE"],
    ...["SCAN_ELIGIBILITY_EXPIRED", "LIMIT_EXCEEDED", "complete"],
  ];

  test.each(STATES)("ECR: %s", (status) => {
    for (const name of ["ecr-basic.json", "ecr-enhanced.json"])
      expect(refused(() => scan(changed(name, "imageScanStatus.status", status)))).toBe("unfinished");
  });

  test.each<[string, string, string, unknown]>([
    ["ECR: ACTIVE without enhanced scanning", "ecr-basic.json", "imageScanStatus.status", "ACTIVE"],
    ["ECR: one page of several", "ecr-basic.json", "nextToken", "abc"],
    ["Trivy: nothing was recognised", "trivy.json", "Results", undefined],
    ["Trivy: an empty list of what was looked at", "trivy.json", "Results", []],
    ["Trivy: a system that nobody looks after", "trivy.json", "Metadata.OS.EOSL", true],
    ["Grype: a database that is not valid", "grype.json", "descriptor.db.status.valid", false],
    ["Grype: a database with an error", "grype-0.74.json", "descriptor.db.error", "too old"],
    ["SARIF: a run without results", "trivy.sarif", "runs.0.results", undefined],
    ["SARIF: a run that failed", "scout.sarif", "runs.0.invocations.0.executionSuccessful", false],
    [
      "SARIF: a run with an error",
      "scout.sarif",
      "runs.0.invocations.0.toolExecutionNotifications",
      [{ level: "error", message: { text: "cannot pull" } }],
    ],
  ])("%s", (_, name, path, value) => {
    const asked = /trivy|scout/.test(name) ? { database: DATABASE, ...TIMES } : {};
    expect(refused(() => scan(changed(name, path, value), asked))).toBe("unfinished");
  });

  test.each<[string, string]>([
    ["nothing", ""],
    ["a message", "FATAL image scan error: unable to find the image"],
    ["an empty object", "{}"],
    ["an empty list", "[]"],
    ["null", "null"],
    ["a report of another tool", textOf("jest.json")],
    [
      "two reports in one",
      `${textOf("grype.json").replace(/\}\s*$/, ",")}${textOf("ecr-basic.json").replace("{", "")}`,
    ],
    ["a scan of files", textOf("trivy.json").replace("container_image", "filesystem")],
    ["another version", textOf("trivy.json").replace('"SchemaVersion": 2', '"SchemaVersion": 3')],
    ["another SARIF", textOf("trivy.sarif").replace('"2.1.0"', '"2.0.0"')],
    ["ECR without findings", textOf("ecr-basic.json").replace('"findings"', '"findingz"')],
    ["a severity that nobody knows", textOf("trivy.json").replace('"HIGH"', '"SEVERE"')],
    ["a severity named like a method", textOf("trivy.json").replace('"HIGH"', '"constructor"')],
    ["no severity", textOf("trivy.json").replace('"Severity": "HIGH",', "")],
    ["a finding without an id", textOf("grype.json").replace('"id": "CVE-2026-0101",', "")],
    ["a key twice", textOf("grype.json").replace('"matches"', '"matches": [], "matches"')],
  ])("%s is refused", (_, text) => {
    expect(refused(() => scan(report(text), { database: DATABASE, ...TIMES }))).toBe("unreadable");
  });

  test("findings that ECR counted and the file does not have", () => {
    const fewer = changed("ecr-basic.json", "imageScanFindings.findings", []);
    expect(refused(() => scan(fewer))).toBe("contradiction");
  });
});

describe("severities of SARIF", () => {
  const withScore = (value: unknown) =>
    changed("scout.sarif", "runs.0.tool.driver.rules.0.properties", { "security-severity": value });
  const read = (value: unknown) =>
    scores(withScore(value), { database: DATABASE, assumeDigest: true })["CVE-2026-0303"];

  test.each([
    ["10.0", "critical"],
    ["9.0", "critical"],
    ["8.9", "high"],
    ["7.0", "high"],
    ["6.9", "medium"],
    ["4", "medium"],
    [3.9, "low"],
    ["0.1", "low"],
    ["0.0", "unknown"],
  ])("%s is %s", (score, word) => expect(read(score)).toBe(word));

  test.each([["11"], ["-1"], ["high"], [undefined]])(
    "%s is refused: level says nothing of severity",
    (score) => {
      expect(refused(() => read(score))).toBe("unreadable");
    },
  );
});
