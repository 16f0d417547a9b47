import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { quote } from "@waybill/core/image";
import type { TestReport } from "@waybill/core/results";
import { CliError } from "../command";
import { readReport } from "./report";

/** FILE, FILE=SUITE, or a folder for all XML files in it: surefire writes one for each class. */
export function readTestReports(given: string): TestReport[] {
  const at = given.lastIndexOf("=");
  const path = at < 0 ? given : given.slice(0, at);
  const suite = at < 0 ? undefined : given.slice(at + 1);
  return filesIn(path).map((file) => ({ ...readReport(file), suite }));
}

function filesIn(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const files = readdirSync(path)
    .filter((name) => name.endsWith(".xml"))
    .sort()
    .map((name) => join(path, name));
  if (files.length > 0) return files;
  throw new CliError("file", {
    about: quote(path),
    expected: "a folder with XML files in it",
    found: "none",
    next: "Name the folder into which the tests write their reports.",
  });
}
