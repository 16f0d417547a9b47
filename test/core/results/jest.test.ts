import { checkPredicate } from "@waybill/core/evidence";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { changed, fixture, refused, report, tests, textOf } from "./support";

test("a run that passed", () => {
  const predicate = tests(fixture("jest.json"), { startedOn: undefined, finishedOn: undefined });
  checkPredicate("test", PREDICATE_TYPES["test-result"], predicate);
  expect(predicate).toEqual({
    result: "PASSED",
    configuration: [
      {
        name: "dev-passed",
        annotations: {
          waybill: "mark",
          startedOn: "2026-06-01T12:00:00.000Z",
          finishedOn: "2026-06-01T12:00:02.500Z",
          tool: "jest",
        },
      },
      { name: "unit", annotations: { waybill: "suite", passed: 2, failed: 0, skipped: 2 } },
    ],
    passedTests: ["cart adds an item", "prices are rounded"],
    failedTests: [],
  });
});

test("a test that failed and a file that did not load both count", () => {
  expect(tests(fixture("jest-failed.json"))).toMatchObject({
    result: "FAILED",
    configuration: [{}, { annotations: { passed: 1, failed: 2, skipped: 0 } }],
    failedTests: ["cart forgets an item", "a test file that broke itself"],
  });
});

test("a run that failed without a failed test (coverage, open handles) is a failure", () => {
  expect(tests(changed("jest.json", "success", false))).toMatchObject({
    result: "FAILED",
    failedTests: ["the run itself"],
  });
});

test.each<[string, string, string, unknown]>([
  ["success with a failed test", "jest-failed.json", "success", true],
  ["fewer failed tests", "jest-failed.json", "numFailedTests", 0],
  ["a test made to pass", "jest-failed.json", "testResults.1.assertionResults.0.status", "passed"],
  ["a failed test in a file that passed", "jest-failed.json", "testResults.1.status", "passed"],
  ["a broken file that passed", "jest-failed.json", "testResults.0.status", "passed"],
  ["files that are missing", "jest.json", "testResults", []],
  ["files that never ran", "jest.json", "numTotalTestSuites", 3],
  ["more tests", "jest.json", "numTotalTests", 5],
])("contradiction: %s", (_, name, path, value) => {
  expect(refused(() => tests(changed(name, path, value)))).toBe("contradiction");
});

test("a run that was interrupted is no result", () => {
  expect(refused(() => tests(changed("jest.json", "wasInterrupted", true)))).toBe("unfinished");
});

test.each<[string, string]>([
  ["two documents", textOf("jest.json") + textOf("jest.json")],
  ["a key twice", textOf("jest.json").replace("{", '{"success":true,')],
  ["a key twice, once in disguise", textOf("jest.json").replace("{", '{"succ\\u0065ss":true,')],
  ["NaN", textOf("jest.json").replace(/"numFailedTests": ?0/, '"numFailedTests":NaN')],
  ["a negative count", textOf("jest.json").replace(/"numFailedTests": ?0/, '"numFailedTests":-1')],
  ["half a count", textOf("jest.json").replace(/"numFailedTests": ?0/, '"numFailedTests":0.5')],
  ["a state that nobody knows", textOf("jest.json").replace(/"status": ?"todo"/, '"status":"flaky"')],
  ["no results", '{"success":true,"numTotalTests":0}'],
  ["a list", "[]"],
  ["output before it", `PASS test/cart.test.ts\n${textOf("jest.json")}`],
])("%s is refused", (_, text) => {
  expect(text).not.toBe(textOf("jest.json"));
  expect(refused(() => tests(report(text)))).toBe("unreadable");
});

test("a file of another time", () => {
  const year = changed("jest.json", "testResults.0.endTime", 1e300);
  expect(refused(() => tests(year, { startedOn: undefined, finishedOn: undefined }))).toBe("unreadable");
});
