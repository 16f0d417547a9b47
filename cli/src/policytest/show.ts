import { describePlace } from "@waybill/core/release";
import { table } from "../output";
import { shownTime } from "../time";
import { plain } from "../words";
import type { Result } from "./judge";

/** Only what turns; all of it is counted. */
export function showResults(results: readonly Result[]): string {
  const shown = results.filter(({ turns, after }) => turns.length > 0 || after === undefined);
  return `${shown.map(showResult).join("")}${countOf(results)}\n`;
}

function showResult({ place, decision, image, before, after, turns }: Result): string {
  const { time, record, id } = decision;
  const name = image ? `${record.digest} (${plain(image.tag)})` : record.digest;
  const turn =
    after === undefined ? "nobody can tell: no record of the image" : `${word(before)} -> ${word(after)}`;
  const rows = turns.map((one) => [
    `  ${one.gate}`,
    `${one.before ?? "not asked"} -> ${one.after ?? "not asked"}`,
    one.reason,
  ]);
  return `${describePlace(place)}, ${shownTime(time, record.decidedOn)}, ${name}: ${turn}\n  decision ${id}\n${rows.length > 0 ? table(rows) : ""}`;
}

function countOf(results: readonly Result[]): string {
  const turned = results.filter((one) => isTurned(one)).length;
  const unknown = results.filter(({ after }) => after === undefined).length;
  const more = unknown > 0 ? `, of ${unknown} nobody can tell` : "";
  return `${results.length} past decision${results.length === 1 ? "" : "s"}: ${turned} would turn${more}`;
}

export function isTurned({ before, after }: Result): boolean {
  return after !== undefined && after !== before;
}

export function resultsJson(results: readonly Result[]): object {
  return {
    decisions: results.length,
    turned: results.filter(isTurned).length,
    unknown: results.filter(({ after }) => after === undefined).length,
    results: results.map(({ place, decision, image, before, after, turns }) => ({
      service: place.service,
      environment: place.environment,
      target: place.target ?? null,
      id: decision.id,
      decidedOn: decision.record.decidedOn,
      digest: decision.record.digest,
      tag: image?.tag ?? null,
      before: word(before),
      after: after === undefined ? null : word(after),
      gates: turns,
    })),
  };
}

function word(may: boolean): "yes" | "no" {
  return may ? "yes" : "no";
}
