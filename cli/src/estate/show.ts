import { describePlace } from "@waybill/core/release";
import { table } from "../output";
import { shownTime } from "../time";
import { plain } from "../words";
import type { Look } from "./look";
import type { Next } from "./next";

interface Found {
  readonly look: Look;
  readonly next: Next | undefined;
}

/** Before everything else: what must not run, and does. */
export function showAlarms(found: readonly Found[]): string {
  return found
    .flatMap(({ look }) =>
      look.alarms.map(
        (alarm) =>
          `${plain(alarm)}: ${describePlace(look.place)} runs ${look.entry?.record.image.digest ?? ""}\n`,
      ),
    )
    .join("");
}

export function showPlace({ look: { place, entry, rollback }, next }: Found): string {
  const lines = !entry
    ? ["  runs      nothing, and nothing ever ran there"]
    : entry.record.kind === "removed"
      ? [
          `  runs      nothing since ${shownTime(entry.time, entry.record.finishedOn)}; the last was ${nameOf(entry.record.image)}`,
        ]
      : [
          `  runs      ${nameOf(entry.record.image)}`,
          `  since     ${shownTime(entry.time, entry.record.finishedOn)}, ${entry.record.kind}${by(entry.record.by)}`,
          `  decision  ${entry.record.decision ?? "none: it is built there"}`,
          `  rollback  ${rollback ? `to ${nameOf(rollback)}` : "nowhere: nothing else ran there before"}`,
        ];
  return `${[describePlace(place), ...lines, `  next      ${nextOf(next)}`].join("\n")}\n`;
}

function nextOf(next: Next | undefined): string {
  if (!next) return "nothing waits";
  const what =
    next.digest === null ? "" : `${next.digest}${next.tag === null ? "" : ` (${plain(next.tag)})`}: `;
  return `${what}${next.waiting.trimEnd().replaceAll("\n", "\n            ")}`;
}

/** One line for each place: digests and tags in short, whole in `--json`. */
export function showTable(found: readonly Found[]): string {
  const rows = found.map(({ look: { place, entry, rollback }, next }) => {
    const running = entry && entry.record.kind !== "removed" ? entry.record : undefined;
    return [
      describePlace(place),
      running ? short(running.image.digest) : "nothing",
      running ? plain(running.image.tag).slice(0, 12) : "",
      entry ? shownTime(entry.time, entry.record.finishedOn) : "",
      rollback ? short(rollback.digest) : "-",
      next
        ? `${next.digest === null ? "" : `${short(next.digest)} `}${next.waiting.split("\n")[0] ?? ""}`
        : "",
    ];
  });
  return table([["PLACE", "RUNS", "TAG", "SINCE", "ROLLBACK", "NEXT"], ...rows]);
}

export function statusJson(found: readonly Found[]): object {
  return {
    alarms: found.some(({ look }) => look.alarms.length > 0),
    places: found.map(({ look: { place, entry, alarms, rollback }, next }) => ({
      service: place.service,
      environment: place.environment,
      target: place.target ?? null,
      runs: entry && entry.record.kind !== "removed" ? entry.record.image : null,
      kind: entry?.record.kind ?? null,
      since: entry?.time?.toISOString() ?? null,
      said: entry?.record.finishedOn ?? null,
      deployment: entry?.id ?? null,
      decision: entry?.record.decision ?? null,
      by: entry?.record.by ?? null,
      change: entry?.record.change ?? null,
      alarms,
      rollback: rollback ?? null,
      next: next ?? null,
    })),
  };
}

function by(who: string | null): string {
  return who === null ? "" : ` by ${plain(who)}`;
}

function nameOf({ digest, tag }: { readonly digest: string; readonly tag: string }): string {
  return `${digest} (${plain(tag)})`;
}

function short(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}
