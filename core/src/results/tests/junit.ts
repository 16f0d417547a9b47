import { quote } from "../../image";
import { refusal } from "../error";
import { type Element, readXml } from "../read/xml";
import { caseOf, type Frame, ignored, suiteOf } from "./junitFrames";
import { checkCounts, type Counted } from "./junitCounts";
import type { Tally } from "./tally";

/** In a suite, besides suites and cases. */
const SUITE_NOISE = ["properties", "system-out", "system-err"];
/** In a case. What is flaky failed and then passed, what was run again failed before: the case itself says how it ended. */
const CASE_NOISE = [
  ...["properties", "system-out", "system-err"],
  ...["flakyFailure", "flakyError", "rerunFailure", "rerunError"],
];

/** JUnit XML, as surefire, jest-junit, pytest, go-junit-report, Node and others write it. The cases count; the counts must agree with them. */
export function readJunit(about: string, text: string): Tally {
  const reading = new Reading(about);
  readXml(about, text, reading);
  return reading.tally;
}

class Reading {
  private readonly frames: Frame[] = [];
  private readonly passed: string[] = [];
  private readonly failed: string[] = [];
  private skipped = 0;
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  constructor(private readonly about: string) {}

  get tally(): Tally {
    const { passed, failed, skipped, starts, ends } = this;
    return {
      tool: "JUnit XML",
      passed,
      failed,
      skipped,
      startedOn: starts.length === 0 ? undefined : starts.reduce((one, other) => Math.min(one, other)),
      finishedOn: ends.length === 0 ? undefined : ends.reduce((one, other) => Math.max(one, other)),
    };
  }

  readonly open = (element: Element): void => {
    const parent = this.frames.at(-1);
    this.frames.push(this.frameFor(element, parent));
  };

  readonly close = (): void => {
    const frame = this.frames.pop();
    const parent = this.frames.at(-1);
    if (frame?.kind === "case") {
      this.enter(frame.outcome, frame.label);
      if (parent?.kind === "suite") count(parent.counted, frame.outcome);
    }
    if (frame?.kind !== "suite") return;
    checkCounts(this.about, frame);
    if (parent?.kind === "suite") addTo(parent.counted, frame.counted);
  };

  private frameFor(element: Element, parent: Frame | undefined): Frame {
    const { name } = element;
    if (parent === undefined) {
      if (name === "testsuites" || name === "testsuite") return this.suite(element);
      throw this.wrong("<testsuites> or <testsuite>", name);
    }
    if (name === "testsuites" || (isTest(name) && parent.kind !== "suite"))
      throw this.wrong("suites and cases within suites only", name);
    if (parent.kind === "ignored") return ignored;
    return parent.kind === "suite" ? this.inSuite(element, parent.counted) : this.inCase(name, parent);
  }

  private inSuite(element: Element, counted: Counted): Frame {
    const { name } = element;
    if (name === "testsuite") return this.suite(element);
    if (name === "testcase") return caseOf(this.about, element);
    if (name === "failure" || name === "error") {
      // The suite itself broke, so that some of its tests may never have run.
      counted.broken++;
      this.enter("failed", "the suite itself");
    } else if (!SUITE_NOISE.includes(name)) throw this.wrong("an element of a suite", name);
    return ignored;
  }

  private inCase(name: string, frame: Frame & { kind: "case" }): Frame {
    if (name === "failure" || name === "error") frame.outcome = "failed";
    else if (name === "skipped") frame.outcome = frame.outcome === "failed" ? "failed" : "skipped";
    else if (!CASE_NOISE.includes(name)) throw this.wrong("an element of a case", name);
    return ignored;
  }

  private suite(element: Element): Frame {
    const { frame, startedOn, finishedOn } = suiteOf(this.about, element);
    if (startedOn !== undefined) this.starts.push(startedOn);
    if (finishedOn !== undefined) this.ends.push(finishedOn);
    return frame;
  }

  private enter(outcome: "passed" | "failed" | "skipped", label: string): void {
    if (outcome === "skipped") this.skipped++;
    else this[outcome].push(label);
  }

  private wrong(expected: string, name: string): Error {
    return refusal("unreadable", this.about, expected, quote(`<${name}>`));
  }
}

function isTest(name: string): boolean {
  return name === "testsuite" || name === "testcase";
}

function count(counted: Counted, outcome: "passed" | "failed" | "skipped"): void {
  counted.own.tests++;
  counted.own[outcome]++;
  counted.all.tests++;
  counted.all[outcome]++;
}

function addTo(parent: Counted, child: Counted): void {
  for (const key of ["tests", "passed", "failed", "skipped"] as const) parent.all[key] += child.all[key];
  parent.broken += child.broken;
  parent.suites.tests++;
  if (child.all.failed + child.broken > 0) parent.suites.failed++;
}
