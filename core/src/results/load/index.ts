import type { Load } from "../../evidence";
import { refusal } from "../error";
import { isJson, jsonOf, type ReportFile, textOf } from "../read/report";
import { type Clock, settleSpan, type Span } from "../read/times";
import { readK6 } from "./k6";
import type { LoadRun } from "./run";
import { readWrk } from "./wrk";

export interface LoadOf extends Span, Clock {
  /** What traffic was simulated. */
  readonly traffic?: string | undefined;
  readonly target?: string | undefined;
}

/** One run of a load test. These tools say how long they ran and not when, so that one time at least is given. */
export function readLoad(file: ReportFile, asked: LoadOf): Load {
  const text = textOf(file);
  const run = isJson(text) ? readK6(jsonOf(file.name, text)) : readWrk(file.name, text);
  if (run.requests === 0) throw refusal("unfinished", file.name, "at least one request", "none");
  const span = settleSpan(file.name, within(asked, run), {}, asked);
  return {
    tool: run.tool,
    ...span,
    requests: run.requests,
    failed: run.failed,
    latency: latencies(file.name, run),
    ...(asked.traffic === undefined ? {} : { traffic: asked.traffic }),
    ...(asked.target === undefined ? {} : { target: asked.target }),
  };
}

function within({ startedOn, finishedOn }: Span, { lasted }: LoadRun): Span {
  if (lasted === undefined) return { startedOn, finishedOn };
  return {
    startedOn: startedOn ?? (finishedOn === undefined ? undefined : finishedOn - lasted),
    finishedOn: finishedOn ?? (startedOn === undefined ? undefined : startedOn + lasted),
  };
}

function latencies(about: string, { latency }: LoadRun): Load["latency"] {
  if (Object.values(latency).some((time) => !(time >= 0)))
    throw refusal("unreadable", about, "latencies of 0 ms and more", JSON.stringify(latency));
  return latency;
}
