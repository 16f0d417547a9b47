import { readdirSync } from "node:fs";
import fc from "fast-check";
import { readIncidents, readLoad, type ReportFile, ResultsError } from "@waybill/core/results";
import { at, fixture, FIXTURES, NOW, report, scan, SPAN, tests } from "./support";

/**
 * What a disk, a pipe or a careless hand does to a report never makes it better. The same inputs each time; more of them,
 * or others, by the environment: WAYBILL_FUZZ_RUNS for each property, WAYBILL_FUZZ_SEED.
 */
const numRuns = Number(process.env["WAYBILL_FUZZ_RUNS"] ?? 300);
const seed = Number(process.env["WAYBILL_FUZZ_SEED"] ?? 20261121);
/** Generous: what takes longer than this on any machine is a hang. */
const HANG_MS = 2000;

/** How bad a report says it is; undefined where it is refused. */
type Reading = { readonly bad: number; readonly all: object } | undefined;

function readAs(name: string, file: ReportFile): Reading {
  const before = Date.now();
  try {
    return read(name, file);
  } catch (error) {
    if (!(error instanceof ResultsError)) throw error;
    expect(error.message).not.toMatch(/[^\x20-\x7e…]/);
    return undefined;
  } finally {
    expect(Date.now() - before).toBeLessThan(HANG_MS);
  }
}

function read(name: string, file: ReportFile): Reading {
  if (/k6|wrk/.test(name)) {
    const all = readLoad(file, { now: NOW, ...SPAN });
    return { bad: all.failed / all.requests, all };
  }
  if (/incidents|pagerduty/.test(name)) {
    const span = { from: at("2026-05-31T12:00:00Z"), until: at("2026-06-01T12:00:00Z") };
    const asked = { source: "pager", service: "cart", environment: "staging", ...span, now: NOW };
    const all = readIncidents(file, asked);
    return { bad: all.incidents.length, all };
  }
  if (/trivy|grype|ecr|scout/.test(name)) {
    const database = /trivy|scout/.test(name) ? at("2026-05-31T00:00:00Z") : undefined;
    const all = scan(file, { database, assumeDigest: true, ...SPAN });
    return { bad: all.scanner.result.length, all };
  }
  const all = tests(file);
  return { bad: all.failedTests?.length ?? 0, all };
}

/** Hand-written YAML can be cut between two of its lines, and nobody can tell. */
const NAMES = readdirSync(FIXTURES).filter((name) => !name.endsWith(".yaml"));
const FAILING = NAMES.filter((name) => /junit|surefire-failed|pytest|node-test|jest-failed/.test(name));

test("there is something to damage", () => {
  expect(FAILING).toHaveLength(6);
  for (const name of FAILING) expect(readAs(name, fixture(name))?.bad).toBeGreaterThan(0);
  for (const name of NAMES) expect(readAs(name, fixture(name))).toBeDefined();
});

test.each(NAMES)("%s cut off anywhere is refused or says the same", (name) => {
  const { bytes } = fixture(name);
  const whole = readAs(name, fixture(name))?.all;
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), (end) => {
      const cut = readAs(name, { name, bytes: bytes.subarray(0, end) });
      if (cut !== undefined) expect(cut.all).toEqual(whole);
    }),
    {
      numRuns,
      seed,
      examples: Array.from({ length: 60 }, (_, back) => [bytes.length - 1 - (back % bytes.length)]),
    },
  );
});

test.each(FAILING)("no one byte, lost, doubled or changed, makes %s pass", (name) => {
  const { bytes } = fixture(name);
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from("0123456789<>/\"'{}[],:- \n")));
  fc.assert(
    fc.property(
      fc.nat(bytes.length - 1),
      fc.constantFrom("lost", "doubled", "changed"),
      byte,
      (place, what, value) => {
        const middle = { lost: [], doubled: [bytes[place] ?? 0, bytes[place] ?? 0], changed: [value] }[what];
        const damaged = Buffer.concat([
          bytes.subarray(0, place),
          Buffer.from(middle),
          bytes.subarray(place + 1),
        ]);
        expect(readAs(name, { name, bytes: damaged })?.bad ?? 1).toBeGreaterThan(0);
      },
    ),
    { numRuns: numRuns * 2, seed },
  );
});

test.each(FAILING)("no lines taken out, moved or brought in from elsewhere make %s pass", (name) => {
  const lines = fixture(name)
    .bytes.toString()
    .split(/(?<=[>}\]\n])/);
  const others = FAILING.flatMap((other) =>
    fixture(other)
      .bytes.toString()
      .split(/(?<=[>}\]\n])/),
  );
  fc.assert(
    fc.property(
      fc.nat(lines.length - 1),
      fc.nat(3),
      fc.array(fc.constantFrom(...others), { maxLength: 3 }),
      (from, count, brought) => {
        const changed = lines.toSpliced(from, count, ...brought).join("");
        expect(readAs(name, report(changed))?.bad ?? 1).toBeGreaterThan(0);
      },
    ),
    { numRuns, seed },
  );
});

test("whatever it is given, it answers in time, with a predicate or a refusal", () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .array(
        fc.constantFrom(
          "<testsuite",
          "<testcase",
          ' name="a"',
          ' tests="1"',
          ' failures="0"',
          "/>",
          ">",
          "</testsuite>",
          "<![CDATA[",
          "&amp;",
          "<!--",
        ),
        { maxLength: 20 },
      )
      .map((parts) => Buffer.from(parts.join(""))),
  );
  fc.assert(
    fc.property(noise, fc.constantFrom("a.xml", "k6.json", "trivy.json", "incidents.json"), (bytes, name) => {
      readAs(name, { name, bytes });
    }),
    { numRuns: numRuns * 3, seed },
  );
});
