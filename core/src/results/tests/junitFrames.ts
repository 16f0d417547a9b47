import { quote } from "../../image";
import { refusal, type ResultsError } from "../error";
import { zoned } from "../read/times";
import type { Element } from "../read/xml";
import { nothingYet, type Suite } from "./junitCounts";
import type { Outcome } from "./tally";

/** An element that is open. */
export type Frame =
  | ({ readonly kind: "suite" } & Suite)
  | { kind: "case"; label: string; outcome: Outcome }
  | { kind: "ignored" };

export const ignored: Frame = { kind: "ignored" };

/** What some dialects write into `status` or `result` of a case. */
const STATUS: Readonly<Record<string, Outcome>> = {
  ...of("passed", ["run", "passed", "pass", "ok", "success", "successful", "completed"]),
  ...of("skipped", ["notrun", "skipped", "skip", "disabled", "ignored", "pending", "suppressed", "untested"]),
  ...of("failed", ["failed", "fail", "failure", "error", "errored", "broken", "timeout", "undefined"]),
};

function of(outcome: Outcome, words: readonly string[]): Record<string, Outcome> {
  return Object.fromEntries(words.map((word) => [word, outcome]));
}

export function caseOf(about: string, { attributes }: Element): Frame & { kind: "case" } {
  const { name = "", classname = "" } = attributes;
  const label = [...new Set([classname, name])].filter((part) => part !== "").join(" ");
  if (label === "") throw refusal("unreadable", about, "a name of each case", "none");
  const said = ["status", "result"]
    .flatMap((key) => attributes[key] ?? [])
    .map((word) => outcomeOf(about, word));
  const outcome = (["failed", "skipped"] as const).find((one) => said.includes(one)) ?? "passed";
  return { kind: "case", label, outcome };
}

function outcomeOf(about: string, word: string): Outcome {
  const key = word.toLowerCase();
  const outcome = Object.hasOwn(STATUS, key) ? STATUS[key] : undefined;
  if (outcome === undefined)
    throw refusal("unreadable", about, "a case that passed, failed or was skipped", quote(word));
  return outcome;
}

export interface OpenSuite {
  readonly frame: Frame;
  readonly startedOn: number | undefined;
  readonly finishedOn: number | undefined;
}

export function suiteOf(about: string, { name, attributes }: Element): OpenSuite {
  const label = attributes["name"] === undefined ? `<${name}>` : `suite ${quote(attributes["name"])}`;
  const count = (...keys: readonly string[]): number | undefined => sum(about, label, attributes, keys);
  const declared = {
    tests: count("tests"),
    failed: count("failures", "errors"),
    // googletest counts what is switched off alone at its root, and with what was skipped below.
    skipped: count("skipped", "skips") === undefined ? undefined : count("skipped", "skips", "disabled"),
  };
  // The root that holds several suites may say nothing; a suite that says nothing could have lost anything.
  if (name === "testsuite" && (declared.tests === undefined || declared.failed === undefined))
    throw refusal("unreadable", about, `counts of tests and failures of ${label}`, "none");
  const startedOn = startOf(about, attributes["timestamp"]);
  const lasted = secondsOf(about, attributes["time"]);
  const finishedOn = startedOn === undefined ? undefined : startedOn + lasted * 1000;
  return { frame: { kind: "suite", label, declared, counted: nothingYet() }, startedOn, finishedOn };
}

function sum(
  about: string,
  label: string,
  attributes: Element["attributes"],
  keys: readonly string[],
): number | undefined {
  const found = keys.flatMap((key) => attributes[key] ?? []).filter((text) => text !== "");
  const odd = found.find((text) => !/^\d{1,9}$/.test(text));
  if (odd !== undefined) throw refusal("unreadable", about, `counts of ${label}`, quote(odd));
  return found.length === 0 ? undefined : found.reduce((all, text) => all + Number(text), 0);
}

/** Without a zone it is taken for UTC, as machines of CI have it; elsewhere `--started` and `--finished` say it. */
function startOf(about: string, text = ""): number | undefined {
  if (text === "") return undefined;
  const time = zoned(text) ?? zoned(`${text}Z`);
  if (time === undefined) throw wrong(about, "a timestamp such as 2026-06-01T12:00:00Z", text);
  return time;
}

function secondsOf(about: string, text = ""): number {
  const plain = text.replaceAll(",", "");
  if (!/^(\d{1,9}(\.\d*)?(e-\d+)?)?$/i.test(plain)) throw wrong(about, "a time in seconds", text);
  return plain === "" ? 0 : Number(plain);
}

function wrong(about: string, expected: string, text: string): ResultsError {
  return refusal("unreadable", about, expected, quote(text));
}
