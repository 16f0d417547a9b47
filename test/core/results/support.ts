import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Digest, parseDigest } from "@waybill/core/image";
import { readScan, readTests, type ReportFile, ResultsError, type ScanOf } from "@waybill/core/results";
import { SchemaError } from "@waybill/core/schema";

/** The image that the fixtures speak of. */
export const DIGEST: Digest = parseDigest(
  "sha256:9f2c1e7b0a4d5e6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7",
);
export const NOW = new Date("2026-06-01T13:00:00Z");
export const at = (text: string): number => Date.parse(text);
export const SPAN = { startedOn: at("2026-06-01T12:00:00Z"), finishedOn: at("2026-06-01T12:10:00Z") };

export const FIXTURES = join(__dirname, "fixtures");

export function fixture(name: string): ReportFile {
  return { name, bytes: readFileSync(join(FIXTURES, name)) };
}

export function textOf(name: string): string {
  return fixture(name).bytes.toString();
}

export function report(text: string | Buffer, name = "report"): ReportFile {
  return { name, bytes: Buffer.from(text) };
}

/** A JSON fixture with one value in it set, or with undefined taken out: `runs.0.results`. */
export function changed(name: string, path: string, value: unknown): ReportFile {
  const json: unknown = JSON.parse(textOf(name));
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const parent = keys.reduce((node, key) => (node as Record<string, unknown>)[key], json);
  (parent as Record<string, unknown>)[last] = value;
  return report(JSON.stringify(json), name);
}

export const tests = (file: ReportFile, more = {}) =>
  readTests([{ ...file, suite: "unit" }], { mark: "dev-passed", now: NOW, ...SPAN, ...more });

export const scan = (file: ReportFile, more: Partial<ScanOf> = {}) =>
  readScan(file, { digest: DIGEST, now: NOW, ...more });

/** The code of the refusal; fails if it is none, or if it is not one that says what to do. */
export function refused(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ResultsError) && !(error instanceof SchemaError)) throw error;
    expect(error.message).toMatch(/expected .+, found .+\. \S/s);
    return error.code;
  }
  throw new Error("was accepted");
}
