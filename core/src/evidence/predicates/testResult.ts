import { list, object, resource, type Resource, text } from "./shapes";

/** in-toto test-result v0.1: one run of one suite. */
export interface TestResult {
  readonly result: "PASSED" | "WARNED" | "FAILED";
  readonly configuration: readonly Resource[];
  readonly url?: string;
  readonly passedTests?: readonly string[];
  readonly warnedTests?: readonly string[];
  readonly failedTests?: readonly string[];
}

export const testResultSchema = {
  ...object(["result", "configuration"], {
    result: { enum: ["PASSED", "WARNED", "FAILED"] },
    configuration: list(resource),
    url: { type: "string" },
    passedTests: list(text),
    warnedTests: list(text),
    failedTests: list(text),
  }),
  // A run that passed has nothing that failed.
  if: { properties: { result: { const: "PASSED" } } },
  then: { properties: { failedTests: { maxItems: 0 } } },
};
