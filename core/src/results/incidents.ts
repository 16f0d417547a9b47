import type { Incidents } from "../evidence";
import { refusal } from "./error";
import type { Part } from "./read/part";
import { jsonOf, type ReportFile, textOf } from "./read/report";
import { type Clock, iso, refuseFuture } from "./read/times";

/** What the report does not say itself; what both say must be the same. */
export interface IncidentsOf extends Clock {
  readonly source?: string | undefined;
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

type Incident = Incidents["incidents"][number];

/**
 * Our own JSON, or the answer of PagerDuty to GET /incidents. Alertmanager is not read: it knows only what burns right now,
 * and so cannot say that nothing burned.
 */
export function readIncidents(file: ReportFile, asked: IncidentsOf): Incidents {
  const report = jsonOf(file.name, textOf(file));
  const pagerDuty = report.key("more").isThere;
  if (pagerDuty && report.key("more").flag())
    throw refusal("unfinished", file.name, "all pages of the incidents", "one of several");
  const incidents = report
    .key("incidents")
    .items()
    .map(pagerDuty ? fromPagerDuty : fromOurs);
  const from = settleTime(report.key("from"), asked.from, "--from");
  const until = settleTime(report.key("until"), asked.until, "--until");
  if (until <= from) throw refusal("contradiction", file.name, `an end after ${iso(from)}`, iso(until));
  refuseFuture(file.name, until, asked);
  return {
    source: settleText(report.key("source"), asked.source, "--source"),
    service: settleText(report.key("service"), asked.service, "--service"),
    environment: settleText(report.key("environment"), asked.environment, "--environment"),
    from: iso(from),
    until: iso(until),
    incidents,
  };
}

function fromOurs(one: Part): Incident {
  const closed = one.key("closed");
  return incident(one, one.key("opened").time(), closed.isThere ? closed.time() : null, "summary");
}

function fromPagerDuty(one: Part): Incident {
  const resolved = one.key("status").word(["triggered", "acknowledged", "resolved"]) === "resolved";
  const closed = one.key("resolved_at").isThere ? one.key("resolved_at") : one.key("last_status_change_at");
  return incident(one, one.key("created_at").time(), resolved ? closed.time() : null, "title");
}

function incident(one: Part, opened: number, closed: number | null, summaryKey: string): Incident {
  if (closed !== null && closed < opened)
    throw refusal("contradiction", one.file, `an end after ${iso(opened)}`, iso(closed));
  const summary = one.key(summaryKey).textIfThere();
  return {
    id: one.key("id").text(),
    opened: iso(opened),
    closed: closed === null ? null : iso(closed),
    ...(summary === undefined ? {} : { summary: summary.slice(0, 300) }),
  };
}

function settleText(said: Part, given: string | undefined, flag: string): string {
  const value = said.textIfThere() ?? given;
  if (value === undefined) throw refusal("unsaid", said.file, flag, "nothing");
  if (given !== undefined && value !== given) throw said.wrong(`the ${given} of ${flag}`);
  return value;
}

function settleTime(said: Part, given: number | undefined, flag: string): number {
  const value = said.isThere ? said.time() : given;
  if (value === undefined) throw refusal("unsaid", said.file, `${flag} TIME`, "nothing");
  if (given !== undefined && value !== given) throw said.wrong(`the ${iso(given)} of ${flag}`);
  return value;
}
