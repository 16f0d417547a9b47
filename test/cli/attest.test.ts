import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addManifest, closeAll } from "../support/registry";
import { FIXTURES } from "../core/results/support";
import { desk, type Desk, inFolder, makeTeam, put, team } from "./evidence";

afterEach(closeAll);
beforeAll(makeTeam);

const SAYS = [
  ...["test-result", "vulns", "load", "incidents", "compatibility", "review", "override", "exception"],
  "signature",
];
const policy = put("attest.yaml", {
  version: 1,
  signers: [{ name: "team", key: { file: "team.pub" }, may: [{ say: SAYS, for: ["dev"] }] }],
});
const SIGN = ["--signer", team.signer, "--trust", policy];
/** Before the clock of these tests, which stands at 13:00. */
const SPAN = ["--started", "2026-06-01T12:00:00Z", "--finished", "2026-06-01T12:10:00Z"];
const fixture = (name: string): string => join(FIXTURES, name);

/** A scan of the fixtures, about the image of this desk. */
function about(at: Desk, name: string): string {
  const digest = at.image.split("@")[1] ?? "";
  return put(name, readFileSync(fixture(name), "utf8").replaceAll(/sha256:9f2c[0-9a-f]+/g, digest));
}

const attest = (at: Desk, what: string, ...args: string[]) =>
  at.run("attest", what, at.image, ...args, ...SIGN);

/** What was signed, as it lies in the registry. */
function recorded(at: Desk): unknown[] {
  return [...at.memory.repository("team/app").blobs.values()].flatMap((bytes) => {
    const payload = /"payload":"([^"]+)"/.exec(Buffer.from(bytes).toString())?.[1];
    if (payload === undefined) return [];
    const statement = Buffer.from(payload, "base64").toString();
    return [(JSON.parse(statement) as { predicate: unknown }).predicate];
  });
}

describe("waybill attest tests", () => {
  const MARK = ["--mark", "dev-passed"];

  test("E4: a named mark with its suites, from two tools", async () => {
    const at = await desk();
    const { code, out, err } = await attest(
      at,
      "tests",
      ...MARK,
      "--report",
      `${fixture("phpunit.xml")}=unit`,
      "--report",
      `${fixture("jest.json")}=smoke`,
      ...SPAN,
      "--url",
      "https://ci.example/runs/7",
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(
      /^dev-passed: all that ran passed\n {2}unit: 3 passed, 0 failed, 0 skipped\n {2}smoke: 2 passed, 0 failed, 2 skipped\nattached: test-result to .*\n.*\n.*\n.*\n {2}counts {2}yes\n$/,
    );
    expect(recorded(at)).toMatchObject([
      {
        result: "PASSED",
        url: "https://ci.example/runs/7",
        configuration: [
          {
            name: "dev-passed",
            annotations: {
              waybill: "mark",
              startedOn: "2026-06-01T12:00:00.000Z",
              finishedOn: "2026-06-01T12:10:00.000Z",
            },
          },
          { name: "unit", annotations: { waybill: "suite", passed: 3, failed: 0, skipped: 0 } },
          { name: "smoke", annotations: { waybill: "suite", passed: 2, failed: 0, skipped: 2 } },
        ],
      },
    ]);
  });

  test("failed tests are recorded, and exit 1", async () => {
    const at = await desk();
    const { code, out } = await attest(at, "tests", ...MARK, "--report", fixture("go-junit-report.xml"));
    expect(code).toBe(1);
    expect(out).toMatch(/^dev-passed: failed\n {2}go-junit-report: 1 passed, 1 failed, 1 skipped\n/);
    expect(recorded(at)).toMatchObject([{ result: "FAILED" }]);
  });

  test("a folder stands for the XML files in it; one without any is a mistake", async () => {
    const at = await desk();
    const folder = inFolder("surefire-reports");
    mkdirSync(folder, { recursive: true });
    expect(await attest(at, "tests", ...MARK, "--report", folder)).toMatchObject({ code: 2, out: "" });
    for (const name of ["surefire.xml", "phpunit.xml", "jest.json"])
      writeFileSync(join(folder, name), readFileSync(fixture(name)));
    const { out } = await attest(at, "tests", ...MARK, "--report", `${folder}=unit`, ...SPAN);
    expect(out).toContain("unit: 6 passed, 0 failed, 1 skipped");
  });

  test("PRO-033: a mark stands in what is signed; the type that is signed is no other for its label", async () => {
    const at = await desk();
    await attest(at, "tests", ...MARK, "--report", fixture("phpunit.xml"), ...SPAN);
    const vsa = "https://slsa.dev/verification_summary/v1";
    const type = "https://in-toto.io/attestation/test-result/v0.1";
    const labels = [...at.memory.repository("team/app").manifests.values()]
      .map(({ bytes }) => Buffer.from(bytes).toString())
      .filter((text) => text.includes(type));
    expect(labels).toHaveLength(1);
    addManifest(at.memory, "team/app", labels[0]?.replaceAll(type, vsa) ?? "");
    const asked = ["--trust", policy, "--predicate-type"];
    expect((await at.run("verify", at.image, ...asked, "vsa")).code).toBe(1);
    expect((await at.run("verify", at.image, ...asked, "test-result")).code).toBe(0);
  });
});

describe("waybill attest scan", () => {
  test("G2: counts, and when the database was made", async () => {
    const at = await desk();
    const { code, out } = await attest(at, "scan", "--report", about(at, "grype.json"));
    expect(code).toBe(0);
    expect(out).toMatch(
      /^scan: 1 critical, 1 high, 0 medium, 1 low, 0 unknown\n {2}database of 2026-06-01T04:12:41.000Z\nattached: vulns /,
    );
    expect(recorded(at)).toMatchObject([
      { waybill_digest: "named", scanner: { uri: "https://github.com/anchore/grype" } },
    ]);
  });

  test("what the report does not say is given, and shown", async () => {
    const at = await desk();
    const scout = ["--report", fixture("scout.sarif")];
    const database = ["--database", "2026-06-01T04:00:00Z"];
    for (const args of [scout, [...scout, "--assume-digest"], [...scout, ...database]])
      expect(await attest(at, "scan", ...args)).toMatchObject({ code: 2, out: "" });
    const { code, out } = await attest(at, "scan", ...scout, ...database, "--assume-digest");
    expect(code).toBe(0);
    expect(out).toContain("the report does not name the image: assumed");
  });

  test("PRO-032: a report about another image, or of a scan that failed: exit 2, nothing signed", async () => {
    const at = await desk();
    const other = await attest(at, "scan", "--report", fixture("grype.json"));
    expect(other).toMatchObject({ code: 2, out: "" });
    expect(other.err).toContain("Let the tool look at this very digest");
    const failed = readFileSync(about(at, "ecr-basic.json"), "utf8").replace("COMPLETE", "FAILED");
    const { code, err } = await attest(at, "scan", "--report", put("failed.json", failed));
    expect(code).toBe(2);
    expect(err).toContain('expected the scan status COMPLETE, found "FAILED"');
    expect(at.log).toEqual([]);
  });
});

test("waybill attest load", async () => {
  const at = await desk();
  const k6 = ["--report", fixture("k6-summary.json"), "--traffic", "a Monday morning"];
  const { code, out } = await attest(at, "load", ...k6, ...SPAN);
  expect(code).toBe(0);
  expect(out).toMatch(
    /^load: 6000 requests, 12 failed, p50 109.25 ms, p90 140.5 ms, p95 188.75 ms\nattached: load /,
  );
  expect(recorded(at)).toMatchObject([{ requests: 6000, failed: 12, traffic: "a Monday morning" }]);
});

test("waybill attest incidents", async () => {
  const at = await desk();
  const asked = ["--source", "pager", "--service", "cart", "--environment", "staging"];
  const span = ["--from", "2026-05-31T12:00:00Z", "--until", "2026-06-01T12:00:00Z"];
  const { code, out } = await attest(
    at,
    "incidents",
    "--report",
    fixture("pagerduty.json"),
    ...asked,
    ...span,
  );
  expect(code).toBe(0);
  expect(out).toMatch(
    /^incidents: 2 of cart in staging, from 2026-05-31T12:00:00.000Z until 2026-06-01T12:00:00.000Z\n/,
  );
  const alone = await attest(at, "incidents", "--report", fixture("pagerduty.json"));
  expect(alone).toMatchObject({ code: 2, out: "" });
});

test("waybill attest compatibility", async () => {
  const at = await desk();
  const { code, out } = await attest(at, "compatibility", "--report", fixture("compatibility.yaml"));
  expect(code).toBe(0);
  expect(out).toMatch(/^compatibility: rollback is unsafe, may run beside the version before, 2 changes\n/);
});

describe("what people say", () => {
  const PLACE = ["--service", "cart", "--environment", "prod"];
  const OVERRIDE = [
    ...PLACE,
    ...["--gates", "soak, scan", "--reason", "outage", "--incident", "INC-7", "--owner", "alice"],
  ];
  const EXCEPTION = [...PLACE, "--finding", "CVE-2026-1", "--reason", "not reachable"];
  const UNTIL = ["--until", "2026-06-02T00:00:00Z"];

  test.each<[string, string[], object]>([
    [
      "review",
      ["--what", "security", "--result", "failed", "--reason", "no threat model"],
      { result: "failed" },
    ],
    ["override", [...OVERRIDE, ...UNTIL], { gates: ["soak", "scan"], expires: "2026-06-02T00:00:00.000Z" }],
    ["exception", [...EXCEPTION, ...UNTIL], { finding: "CVE-2026-1", environment: "prod" }],
  ])("%s is signed and counts", async (what, args, expected) => {
    const at = await desk();
    const { code, out, err } = await attest(at, what, ...args);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(new RegExp(`^attached: ${what} to .*\\n.*\\n.*\\n.*\\n {2}counts {2}yes\\n$`));
    expect(recorded(at)).toMatchObject([expected]);
  });

  test.each<[string, string, string[], RegExp]>([
    [
      "a result that is none",
      "review",
      ["--what", "security", "--result", "ok"],
      /--result passed or failed/,
    ],
    ["no result", "review", ["--what", "security"], /expected --result, found none/],
    ["an override without an end (PRO-036)", "override", OVERRIDE, /expected --until, found none/],
    [
      "an override without a reason (PRO-036)",
      "override",
      [...OVERRIDE.filter((word) => word !== "--reason" && word !== "outage"), ...UNTIL],
      /expected --reason, found none/,
    ],
    [
      "an empty reason",
      "exception",
      [...EXCEPTION.slice(0, -1), "", ...UNTIL],
      /expected --reason, found an empty one/,
    ],
    ["one gate twice", "override", ["--gates", "a,a", ...UNTIL], /--gates with each name once/],
    [
      "an end in the past",
      "exception",
      [...EXCEPTION, "--until", "2026-06-01T12:00:00Z"],
      /--until in the future/,
    ],
    [
      "an end without a zone",
      "exception",
      [...EXCEPTION, "--until", "2026-06-02"],
      /--until 2026-06-01T12:00:00Z/,
    ],
  ])("%s: exit 2, and nothing is asked of the registry", async (_, what, args, message) => {
    const at = await desk();
    const { code, out, err } = await attest(at, what, ...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
    expect(at.log).toEqual([]);
  });
});

describe("unreadable reports", () => {
  const broken = put("broken.xml", '<testsuite name="a" tests="2" failures="1"><testcase name="b"/>');
  test.each<[string, string[]]>([
    ["tests", ["--mark", "dev-passed", "--report", broken]],
    ["tests", ["--mark", "dev-passed", "--report", "/nowhere.xml"]],
    ["tests", ["--mark", "dev-passed"]],
    ["scan", ["--report", broken]],
    ["load", ["--report", broken, ...SPAN]],
    ["incidents", ["--report", broken]],
    ["compatibility", ["--report", broken]],
    ["compatibility", []],
  ])("%s, case %#: exit 2, nothing on standard output, nothing asked of the registry", async (what, args) => {
    const at = await desk();
    const { code, out, err } = await attest(at, what, ...args, "--json");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/expected .*, found .*/);
    expect(at.log).toEqual([]);
  });
});

describe("the general form stands beside them", () => {
  const REVIEW = { what: "security", result: "passed" };
  const general = (at: Desk, type: string) => attest(at, type, "--predicate", put("predicate.json", REVIEW));

  test("a ready-made predicate is signed by its type's URI", async () => {
    const at = await desk();
    expect((await general(at, "https://waybill.dev/evidence/review/v1")).code).toBe(0);
    expect(recorded(at)).toEqual([REVIEW]);
  });

  test("the short name is the command that makes it", async () => {
    const at = await desk();
    const { code, err } = await general(at, "review");
    expect(code).toBe(2);
    expect(err).toMatch(/waybill attest review: expected .*--what NAME/);
  });
});

test("--json is one object, whatever the report was", async () => {
  const at = await desk();
  const report = ["--report", fixture("phpunit.xml"), ...SPAN];
  const { out } = await attest(at, "tests", "--mark", "dev-passed", ...report, "--json");
  expect(JSON.parse(out)).toMatchObject({ image: at.image, added: true, counts: true });
  expect(out.trimEnd()).not.toContain("\n");
});
