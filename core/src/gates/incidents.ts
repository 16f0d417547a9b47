import { newest, saying, type Said } from "./claims";
import type { Facts } from "./types";
import { moment, plain, span } from "./words";

const LEAST_LAG_MS = 15 * 60 * 1000;

export interface Watched {
  /** Name of the signer who knows of incidents. */
  readonly source: string;
  /** The environment that is watched. */
  readonly environment: string;
  readonly start: number;
  readonly time: number;
}

type Report = Said<"incidents">;
type Incident = Report["said"]["incidents"][number];

export type Found =
  | { readonly open: string }
  | {
      /** When the soak began, after the last incident. */
      readonly start: number;
      readonly evidence: readonly string[];
      /** Why the reports do not cover all of it. */
      readonly uncovered: string | undefined;
    };

/** What the named source says about a span of time: an incident in it starts the soak anew when it is closed. */
export function coverIncidents(facts: Facts, watched: Watched): Found {
  const { place, now } = facts;
  const reports = saying(facts, "incidents", [watched.source]).filter(
    ({ said }) => said.service === place.service && said.environment === watched.environment,
  );
  const latest = byIncident(reports);
  const open = latest.find(({ closed }) => closed === undefined || closed === null);
  if (open) {
    return { open: `expected no open incident in ${watched.environment}, found ${describe(open)}` };
  }
  const ends = latest.map(({ opened, closed }) => Math.max(Date.parse(opened), Date.parse(closed ?? "")));
  const start = Math.max(watched.start, ...ends);
  const lag = Math.max(watched.time / 10, LEAST_LAG_MS);
  return { start, ...cover(reports, start, Math.max(start, Number(now) - lag), watched) };
}

/** Each incident as the newest report that names it tells it; of several that may be the newest, each. */
function byIncident(reports: readonly Report[]): readonly Incident[] {
  const all = reports.flatMap(({ claim, said }) => said.incidents.map((incident) => ({ claim, incident })));
  const ids = [...new Set(all.map(({ incident }) => incident.id))];
  return ids.flatMap((id) =>
    newest(all.filter(({ incident }) => incident.id === id)).map(({ incident }) => incident),
  );
}

function describe({ id, opened, summary }: Incident): string {
  return `${plain(id)}, open since ${opened}${summary === undefined ? "" : `: ${plain(summary)}`}`;
}

/** A report knows nothing of what came after it was signed, and one without a trusted time may be from any time. */
function cover(
  reports: readonly Report[],
  from: number,
  until: number,
  { source }: Watched,
): { readonly evidence: readonly string[]; readonly uncovered: string | undefined } {
  const spans = reports.flatMap(({ claim, said }) => {
    if (!claim.time) return [];
    const end = Math.min(Date.parse(said.until), Number(claim.time));
    return [{ id: claim.id, from: Date.parse(said.from), until: end }];
  });
  const evidence: string[] = [];
  let reached = from;
  do {
    const next = spans
      .filter((one) => one.from <= reached && one.until >= reached && !evidence.includes(one.id))
      .sort((one, other) => other.until - one.until)[0];
    if (!next) {
      const gap = until > reached ? `, ${span(until - reached)} of them` : "";
      const uncovered = `expected reports of ${source} from ${moment(from)} to ${moment(until)}, found none with a trusted time after ${moment(reached)}${gap}`;
      return { evidence, uncovered };
    }
    evidence.push(next.id);
    reached = next.until;
  } while (reached < until);
  return { evidence, uncovered: undefined };
}
