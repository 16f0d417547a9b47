import type { GateEntry, PromotionDocument, ServiceEntry } from "./document";
import { parseDuration } from "./duration";
import { approversOf, peopleIn, SECURITY } from "./people";
import type { Gate, GateKind } from "./rules";

/** In this order people read them: what was found out about an image first, what people say last. */
const ORDER: readonly GateKind[] = ["tests", "scan", "review", "load", "compatibility", "soak", "approvals"];

/** What a gate takes its defaults from. */
export interface Background {
  readonly document: PromotionDocument;
  readonly service: ServiceEntry;
}

export function kindOf(name: string, entry: GateEntry): GateKind {
  return entry.kind ?? (name as GateKind);
}

/** Whom a gate names, or who is meant where it names nobody; undefined for a gate that asks no people. */
export function askedIn(
  kind: GateKind,
  entry: GateEntry,
  { document, service }: Background,
): readonly string[] | undefined {
  if (kind === "approvals") return entry.of ?? approversOf(service);
  if (kind === "review") return entry.of ?? [SECURITY];
  if (kind !== "scan") return undefined;
  const isThere = Object.hasOwn(document.groups ?? {}, SECURITY);
  return entry.exceptionsBy ?? (isThere ? [SECURITY] : []);
}

export function toGates(
  entries: Readonly<Record<string, GateEntry>>,
  background: Background,
): readonly Gate[] {
  const place = ({ kind }: Gate): number => ORDER.indexOf(kind);
  return Object.entries(entries)
    .map(([name, entry]) => toGate(name, entry, background))
    .sort((a, b) => place(a) - place(b) || (a.name < b.name ? -1 : 1));
}

function toGate(name: string, entry: GateEntry, background: Background): Gate {
  const kind = kindOf(name, entry);
  const of = peopleIn(background.document, askedIn(kind, entry, background) ?? []);
  const by = entry.by ? sorted(entry.by) : null;
  const maxAge = entry.maxAge === undefined ? null : time(entry.maxAge);
  switch (kind) {
    case "tests":
      return { name, kind, mark: entry.mark ?? "", suites: sorted(entry.suites ?? []), maxAge, by };
    case "scan":
      return { name, kind, ...scanOf(entry), exceptionsBy: of, by };
    case "review":
      return { name, kind, what: entry.what ?? "", of, maxAge };
    case "soak":
      return { name, kind, time: time(entry.time ?? ""), incidents: entry.incidents ?? null };
    case "approvals":
      return { name, kind, count: entry.count ?? 1, of, author: entry.author ?? "refused" };
    case "load":
      return { name, kind, maxAge, ...loadOf(entry), by };
    case "compatibility":
      return {
        name,
        kind,
        rollbackSafe: entry.rollback === "safe",
        sideBySide: entry.sideBySide === true,
        by,
      };
  }
}

function scanOf({ critical = 0, high = 0, medium, low, unknown, ...entry }: GateEntry) {
  return {
    most: { critical, high, medium: medium ?? null, low: low ?? null, unknown: unknown ?? null },
    maxAge: time(entry.maxAge ?? "7d"),
    databaseAge: entry.databaseAge === undefined ? null : time(entry.databaseAge),
    assumed: entry.assumed ?? "refused",
  };
}

function loadOf(entry: GateEntry) {
  const percentiles = Object.entries(entry).filter(
    (pair): pair is [string, number] => /^p\d/.test(pair[0]) && typeof pair[1] === "number",
  );
  return {
    errorRate: entry.errorRate ?? 0.01,
    minRequests: entry.minRequests ?? 1000,
    latency: Object.fromEntries(percentiles),
  };
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

/** The schema lets only durations through; one that is none must not become "no time at all". */
export function time(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new Error(`not a duration: ${JSON.stringify(text)}`);
  return milliseconds;
}
