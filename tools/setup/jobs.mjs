import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runLoud } from "./children.mjs";

const CHECKS = {
  eslint: ["node_modules/eslint/bin/eslint.js", "."],
  prettier: ["node_modules/prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."],
  "types of the tests": ["node_modules/typescript/bin/tsc", "-p", "test"],
};
const SUITES = { unit: ["--selectProjects", "unit"], e2e: ["--selectProjects", "e2e", "--runInBand"] };
// The names of projects take every word that follows them.
const jest = (suite, args) => ["node_modules/jest/bin/jest.js", ...args, ...SUITES[suite]];

/** Every job is given what follows its name on the command line, and answers with its exit code. */
export const JOBS = {
  start: (place, args) => node(place, ["sandbox/dist/start.js", ...args]),
  sandbox: (place, args) => node(place, ["sandbox/dist/main.js", ...args]),
  build: () => 0,
  lint: async (place) => ((await check(place)).failed === 0 ? 0 : 1),
  "test:unit": (place, args) => node(place, jest("unit", args)),
  "test:e2e": (place, args) => node(place, jest("e2e", args)),
  // Some 200,000 generated inputs over bundles, statements and registry answers; more with a larger number.
  fuzz: ({ clone, env }, args) => {
    const runs = { FUZZ_RUNS: "110000", WAYBILL_FUZZ_RUNS: "16000", ...env };
    return node({ clone, env: runs }, jest("unit", ["--testPathPatterns", "fuzz", ...args]));
  },
  // bench/<name>.mjs
  bench: (place, [name = "verify", ...args]) => node(place, [`bench/${name}.mjs`, ...args]),
  test: testAll,
};

const node = ({ clone, env }, args) => runLoud("node", args, { cwd: clone, env });

/** Everything is run and reported, also after a failure; the last line counts all of it. */
async function testAll(place) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const counts of [await check(place), await suite(place, "unit"), await suite(place, "e2e")]) {
    for (const key of Object.keys(sum)) sum[key] += counts[key];
  }
  console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  return sum.failed === 0 ? 0 : 1;
}

async function check(place) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, args] of Object.entries(CHECKS)) {
    const ok = (await node(place, args)) === 0;
    console.log(`${name}: ${ok ? "ok" : "failed, see above"}`);
    counts[ok ? "passed" : "failed"] += 1;
  }
  return counts;
}

async function suite(place, name) {
  const folder = mkdtempSync(join(tmpdir(), "waybill-jest-"));
  const file = join(folder, "result.json");
  try {
    const code = await node(place, jest(name, ["--json", "--outputFile", file]));
    return countsOf(code, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A test file that does not even load has no tests in it, and jest may end without a word: both count as failed. */
function countsOf(code, file) {
  let result;
  try {
    result = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return {
    passed: result.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}
