import { checkPredicate } from "@waybill/core/evidence";
import { readTests } from "@waybill/core/results";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { at, fixture, NOW, refused, report, tests, textOf } from "./support";

const CASES: [string, { passed: number; failed: number; skipped: number }, string[]][] = [
  ["surefire.xml", { passed: 3, failed: 0, skipped: 1 }, []],
  [
    "surefire-failed.xml",
    { passed: 1, failed: 2, skipped: 0 },
    ["com.acme.shop.PayTest refunds", "com.acme.shop.PayTest charges"],
  ],
  ["jest-junit.xml", { passed: 2, failed: 1, skipped: 1 }, ["cart forgets an item"]],
  ["pytest.xml", { passed: 1, failed: 1, skipped: 2 }, ["tests.test_api test_db"]],
  ["go-junit-report.xml", { passed: 1, failed: 1, skipped: 1 }, ["example.com/shop/cart TestRemove"]],
  ["node-test.xml", { passed: 2, failed: 1, skipped: 1 }, ["test answers"]],
  ["phpunit.xml", { passed: 3, failed: 0, skipped: 0 }, []],
  ["gtest.xml", { passed: 1, failed: 0, skipped: 2 }, []],
];

test.each(CASES)("%s", (name, counts, failedTests) => {
  const predicate = tests(fixture(name));
  checkPredicate("test", PREDICATE_TYPES["test-result"], predicate);
  expect(predicate).toMatchObject({
    result: counts.failed === 0 ? "PASSED" : "FAILED",
    configuration: [
      { name: "dev-passed", annotations: { waybill: "mark", tool: "JUnit XML" } },
      { name: "unit", annotations: { waybill: "suite", ...counts } },
    ],
    failedTests,
  });
  expect(predicate.passedTests).toHaveLength(counts.passed);
});

describe("when it ran", () => {
  const when = (name: string, more = {}) =>
    tests(fixture(name), { startedOn: undefined, finishedOn: undefined, ...more }).configuration[0]
      ?.annotations;

  test.each([
    ["go-junit-report.xml", "2026-06-01T12:00:00.000Z", "2026-06-01T12:00:00.160Z"],
    ["pytest.xml", "2026-06-01T12:00:00.482Z", "2026-06-01T12:00:03.586Z"],
    ["jest-junit.xml", "2026-06-01T12:00:00.000Z", "2026-06-01T12:00:01.720Z"],
    ["surefire-failed.xml", "2026-06-01T12:00:00.120Z", "2026-06-01T12:20:04.620Z"],
  ])("%s says it itself", (name, startedOn, finishedOn) => {
    expect(when(name)).toMatchObject({ startedOn, finishedOn });
  });

  test("a report that does not say it needs somebody who does", () => {
    expect(refused(() => when("surefire.xml"))).toBe("unsaid");
    expect(refused(() => when("surefire.xml", { startedOn: 0 }))).toBe("unsaid");
    expect(when("surefire.xml", { startedOn: 0, finishedOn: 1 })).toMatchObject({
      finishedOn: "1970-01-01T00:00:00.001Z",
    });
  });

  test("not in the future, as a local time without its zone would be; not backwards", () => {
    const soon = new Date("2026-06-01T11:00:00Z");
    expect(refused(() => when("jest-junit.xml", { now: soon }))).toBe("contradiction");
    expect(refused(() => when("surefire.xml", { startedOn: 2, finishedOn: 1 }))).toBe("contradiction");
  });
});

const one = (inside: string, attributes = 'tests="1" failures="0"') =>
  report(`<testsuite name="s" ${attributes}>${inside}</testsuite>`);

test.each<[string, string]>([
  ["a failure", "<testcase name='a'><failure/></testcase>"],
  ["an error", "<testcase name='a'><error/></testcase>"],
  ["skipped after it failed", "<testcase name='a'><failure/><skipped/></testcase>"],
  ["a status that says so", "<testcase name='a' status='failed'/>"],
])("%s is a failure", (_, inside) => {
  expect(tests(one(inside, 'tests="1" failures="1"')).result).toBe("FAILED");
});

test("a suite that broke is a failure, whatever its cases say", () => {
  const file = one(
    "<error message='no such class'/><testcase name='a'/>",
    'tests="1" failures="0" errors="1"',
  );
  expect(tests(file)).toMatchObject({ result: "FAILED", failedTests: ["the suite itself"] });
});

describe("counts that contradict the cases are refused", () => {
  const junit = textOf("jest-junit.xml");
  test.each<[string, string, string]>([
    ["a failure taken out of a case", "<failure>", "<system-out>"],
    ["fewer failures in a suite", 'failures="1" skipped="1"', 'failures="0" skipped="1"'],
    ["fewer failures at the root", 'tests="4" failures="1"', 'tests="4" failures="0"'],
    ["more tests", 'tests="3"', 'tests="4"'],
    ["more skipped", 'skipped="1"', 'skipped="2"'],
  ])("%s", (_, from, to) => {
    expect(junit).toContain(from);
    const text = junit.replace(from, to).replace(from === "<failure>" ? "</failure>" : "\0", "</system-out>");
    expect(refused(() => tests(report(text)))).toBe("contradiction");
  });

  test("a failed case taken out whole", () => {
    const text = junit.replace(/<testcase classname="cart forgets.*?<\/testcase>/s, "");
    expect(refused(() => tests(report(text)))).toBe("contradiction");
  });
});

describe("refused", () => {
  const entities = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "&l${n};&l${n};">`).join("");
  test.each<[string, string | Buffer]>([
    ["nothing", ""],
    ["blanks", "  \n"],
    ["no XML", "Tests run: 4, Failures: 0"],
    ["another document", "<html><body/></html>"],
    ["two documents", '<testsuite tests="0" failures="0"/><testsuite tests="0" failures="0"/>'],
    ["a tail", '<testsuite tests="0" failures="0"/>BUILD FAILED'],
    ["UTF-16", Buffer.from('\ufeff<testsuite tests="1" failures="0"/>', "utf16le")],
    ["an encoding that is none of ours", '<?xml version="1.0" encoding="ISO-8859-1"?><testsuite/>'],
    ["bytes that are no text", Buffer.from([0x3c, 0x61, 0xff, 0xfe, 0x3e])],
    ["a DTD", '<!DOCTYPE testsuite><testsuite tests="0" failures="0"/>'],
    [
      "a file behind an entity",
      '<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite name="&x;"/>',
    ],
    ["a billion laughs", `<!DOCTYPE t [<!ENTITY l0 "ha">${entities}]><testsuite name="&l9;"/>`],
    ["an entity from nowhere", '<testsuite name="&x;" tests="0" failures="0"/>'],
    ["an attribute twice", '<testsuite tests="1" tests="0" failures="0"/>'],
  ])("%s", (_, content) => {
    expect(refused(() => tests(report(content)))).toBe("unreadable");
  });

  test.each<[string, string, string?]>([
    ["no counts", "<testcase name='a'/>", ""],
    ["no count of failures", "<testcase name='a'/>", 'tests="1"'],
    ["a negative count", "<testcase name='a'/>", 'tests="1" failures="-1"'],
    ["a count that is none", "<testcase name='a'/>", 'tests="NaN" failures="0"'],
    ["a time that is none", "<testcase name='a'/>", 'tests="1" failures="0" time="NaN"'],
    ["a timestamp that is none", "<testcase name='a'/>", 'tests="1" failures="0" timestamp="yesterday"'],
    ["an outcome that nobody knows", "<testcase name='a' status='maybe'/>"],
    ["an outcome named like a method", "<testcase name='a' status='constructor'/>"],
    ["an element that nobody knows", "<testcase name='a'><broken/></testcase>"],
    ["an element that nobody knows in a suite", "<testcase name='a'/><incomplete/>"],
    ["a case without a name", "<testcase/>"],
    ["a case in a case", "<testcase name='a'><testcase name='b'/></testcase>"],
    ["a case hidden in output", "<testcase name='a'/><system-out><testcase name='b'/></system-out>"],
  ])("%s", (...[, inside, attributes]) => {
    expect(refused(() => tests(one(inside, attributes)))).toBe("unreadable");
  });

  test("too deep", () => {
    const deep = '<testsuite tests="0" failures="0">'.repeat(300);
    expect(refused(() => tests(report(deep)))).toBe("too-large");
  });

  test("too large, before it is read", () => {
    const bytes = Buffer.alloc(64 * 1024 * 1024 + 1, " ");
    expect(refused(() => tests({ name: "large", bytes }))).toBe("too-large");
  });

  test("a suite in which nothing ran", () => {
    expect(refused(() => tests(one("", 'tests="0" failures="0"')))).toBe("unfinished");
    expect(refused(() => tests(one("<testcase name='a'><skipped/></testcase>")))).toBe("unfinished");
  });

  test("without a hang: 100,000 cases are read, and names are capped where counts are not", () => {
    const cases = `<testcase name="${"x".repeat(400)}"/>`.repeat(100_000);
    const predicate = tests(one(cases, 'tests="100000" failures="0"'));
    expect(predicate.configuration[1]?.annotations).toMatchObject({ passed: 100_000 });
    expect(predicate.passedTests).toHaveLength(2000);
    expect(predicate.passedTests?.[0]).toHaveLength(301);
  });
});

describe("several reports", () => {
  const RUN = {
    mark: "dev-passed",
    now: NOW,
    startedOn: at("2026-06-01T12:00:00Z"),
    finishedOn: NOW.getTime(),
  };
  const suites = (...named: [string, string?][]) =>
    readTests(
      named.map(([name, suite]) => ({ ...fixture(name), suite })),
      RUN,
    );

  test("those of one suite are added up, others stand beside it; one failure fails the mark", () => {
    expect(suites(["surefire.xml", "unit"], ["phpunit.xml", "unit"], ["go-junit-report.xml"])).toMatchObject({
      result: "FAILED",
      configuration: [
        { name: "dev-passed" },
        { name: "unit", annotations: { passed: 6, failed: 0, skipped: 1 } },
        { name: "go-junit-report", annotations: { passed: 1, failed: 1, skipped: 1 } },
      ],
    });
  });

  test("the same report twice would count twice", () => {
    expect(refused(() => suites(["surefire.xml", "unit"], ["surefire.xml", "smoke"]))).toBe("contradiction");
  });

  test("no report, no mark; and a mark has a name", () => {
    expect(refused(() => readTests([], RUN))).toBe("unreadable");
    for (const mark of ["", "Dev Passed", "dev\u202epassed", "-", "x".repeat(20) + "\n"])
      expect(refused(() => readTests([fixture("surefire.xml")], { ...RUN, mark }))).toBe("unreadable");
    for (const suite of ["", "a\nb"])
      expect(refused(() => readTests([{ ...fixture("surefire.xml"), suite }], RUN))).toBe("unreadable");
  });

  test("PRO-033: nothing in a report makes another mark of it", () => {
    const inside =
      "<properties><property name='waybill' value='mark'/></properties><testcase name='prod-approved'/>";
    const { configuration } = readTests([{ ...one(inside), suite: "prod-approved" }], RUN);
    const marks = configuration.filter(({ annotations }) => annotations?.["waybill"] === "mark");
    expect(marks.map(({ name }) => name)).toEqual(["dev-passed"]);
    expect(configuration[1]).toMatchObject({ name: "prod-approved", annotations: { waybill: "suite" } });
  });

  test("the job that ran them is named", () => {
    expect(tests(fixture("phpunit.xml"), { url: "https://ci.example/1" }).url).toBe("https://ci.example/1");
  });
});
