import { refusal } from "../error";

interface Counts {
  tests: number;
  passed: number;
  failed: number;
  skipped: number;
}

/** What stands in a suite. */
export interface Counted {
  /** Cases directly in it. */
  readonly own: Counts;
  /** Cases in it and in the suites within. */
  readonly all: Counts;
  /** Suites directly in it. */
  readonly suites: { tests: number; failed: number };
  /** Failures of suites themselves, here and within. */
  broken: number;
}

/** What its attributes say; undefined where they are not there. */
export interface Declared {
  readonly tests: number | undefined;
  /** Failures and errors together: dialects draw the line between them differently. */
  readonly failed: number | undefined;
  readonly skipped: number | undefined;
}

export interface Suite {
  readonly label: string;
  readonly declared: Declared;
  readonly counted: Counted;
}

export function nothingYet(): Counted {
  const none = (): Counts => ({ tests: 0, passed: 0, failed: 0, skipped: 0 });
  return { own: none(), all: none(), suites: { tests: 0, failed: 0 }, broken: 0 };
}

/** A file that was cut, joined or edited shows where its counts differ from its cases. Each dialect counts in one of three ways. */
export function checkCounts(about: string, { label, declared, counted }: Suite): void {
  const { own, all, suites, broken } = counted;
  const ways = [
    all,
    own,
    // Node counts what stands directly in a suite, suites within as one test each.
    { ...own, tests: own.tests + suites.tests, failed: own.failed + suites.failed },
  ];
  const fits = ways.some(
    (way) =>
      (declared.tests ?? way.tests) === way.tests &&
      (declared.skipped ?? way.skipped) === way.skipped &&
      [way.failed, way.failed + broken].includes(declared.failed ?? way.failed),
  );
  if (fits) return;
  const says = `${declared.tests ?? "?"} tests, ${declared.failed ?? "?"} failed, ${declared.skipped ?? "?"} skipped`;
  const has = `${all.tests} tests, ${all.failed + broken} failed, ${all.skipped} skipped`;
  throw refusal("contradiction", about, `as many cases in ${label} as it says: ${says}`, has);
}
