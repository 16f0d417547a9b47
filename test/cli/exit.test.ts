import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { WaybillError } from "@waybill/core/problem";
import { Exit } from "@waybill/cli";
import { exitOf, MEANING } from "../../cli/src/exit";

const core = join(__dirname, "../../core/src");
const classes = readdirSync(core, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .flatMap((file) => [
    ...readFileSync(join(core, file), "utf8").matchAll(/class (\w+) extends WaybillError/g),
  ])
  .map(([, name = ""]) => name);

class ReleaseError extends WaybillError {}
class RegistryError extends WaybillError {}
class ResultsError extends WaybillError {}
class StrangeError extends WaybillError {}

const problem = { about: "a", expected: "b", found: "c", next: "d" };

test("every error class of the core has a row", () => {
  expect(classes.length).toBeGreaterThan(10);
  expect(classes.filter((name) => !Object.hasOwn(MEANING, name))).toEqual([]);
});

test("no row is of a class that is gone", () => {
  expect(Object.keys(MEANING).filter((name) => ![...classes, "CliError"].includes(name))).toEqual([]);
});

test.each([
  ["a well-founded no", new ReleaseError("may-not-enter", problem), Exit.no],
  ["a mistake in what was handed over", new ResultsError("unfinished", problem), Exit.usage],
  ["nothing found out", new RegistryError("timeout", problem), Exit.undecided],
  [
    "a code with the name of something that every object has",
    new RegistryError("constructor", problem),
    Exit.undecided,
  ],
  ["an error that nobody knows", new StrangeError("no", problem), Exit.undecided],
  ["what is no error of ours", new Error("no"), Exit.undecided],
])("%s", (_, error, expected) => {
  expect(exitOf(error)).toBe(expected);
});
