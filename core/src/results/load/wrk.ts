import { quote } from "../../image";
import { refusal } from "../error";
import type { LoadRun } from "./run";

const NUMBER = String.raw`-?[\d.]+`;
const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const TIME = String.raw`(\d{1,12}(?:\.\d{1,6})?)(us|ms|s|m|h)`;

/** Every line that wrk and wrk2 write from their first to their last; a line that is none of these could be one of them, damaged. */
const LINES = {
  running: /^Running \S+ test @ \S+$/,
  threads: /^ +\d+ threads? and \d+ connections?$/,
  calibration: /^ +Thread calibration: .*$/,
  head: /^ +Thread Stats +Avg +Stdev +(?:99%|Max) +\+\/- Stdev$/,
  stats: /^ +(?:Latency|Req\/Sec) +\S+ +\S+ +\S+ +\S+%$/,
  distribution: /^ +Latency Distribution(?: \(HdrHistogram - Recorded Latency\))?$/,
  percentile: new RegExp(String.raw`^ *(\d{1,3}(?:\.\d{1,3})?)% +${TIME}$`),
  spectrum: /^ +Detailed Percentile spectrum:$/,
  columns: /^ +Value +Percentile +TotalCount +1\/\(1-Percentile\)$/,
  row: new RegExp(String.raw`^ +${NUMBER} +${NUMBER} +\d+ +(?:${NUMBER}|inf)$`),
  summary: /^#\[.*\]$/,
  rule: /^-+$/,
  requests: new RegExp(String.raw`^ +(\d{1,15}) requests in ${TIME}, \S+ read$`),
  socket: /^ +Socket errors: connect (\d{1,15}), read (\d{1,15}), write (\d{1,15}), timeout (\d{1,15})$/,
  status: /^ +Non-2xx or 3xx responses: (\d{1,15})$/,
  rate: /^Requests\/sec: +\S+$/,
  transfer: /^Transfer\/sec: +\S+$/,
} as const;
type Line = keyof typeof LINES;

const ONCE: readonly Line[] = ["running", "distribution", "requests", "socket", "status", "rate", "transfer"];

/** What wrk and wrk2 print, best with --latency. */
export function readWrk(about: string, text: string): LoadRun {
  const found = linesOf(about, text);
  const [requests, ...more] = found.get("requests") ?? [];
  if (requests === undefined || more.length > 0 || !found.has("rate"))
    throw refusal("unreadable", about, "what wrk prints, to its last line", "less");
  const completed = Number(requests[1]);
  const errors = (found.get("socket")?.[0] ?? []).slice(1).reduce((sum, count) => sum + Number(count), 0);
  const refused = Number(found.get("status")?.[0]?.[1] ?? 0);
  if (refused > completed)
    throw refusal("contradiction", about, `at most ${completed} responses`, `${refused}`);
  return {
    tool: found.has("calibration") || found.has("spectrum") ? "wrk2" : "wrk",
    // What met a socket error never became a response, and was a request all the same.
    requests: completed + errors,
    failed: errors + refused,
    latency: Object.fromEntries((found.get("percentile") ?? []).flatMap(latencyOf)),
    lasted: toMilliseconds(requests[2], requests[3]),
  };
}

/** What comes after the last line is a script's own. */
function linesOf(about: string, text: string): ReadonlyMap<Line, readonly RegExpExecArray[]> {
  const found = new Map<Line, RegExpExecArray[]>();
  for (const line of text.split(/\r?\n/)) {
    const [name, match] = recognise(line);
    const over = found.has("transfer");
    if (name === undefined) {
      if (over || line.trim() === "" || isGreeting(line, found)) continue;
      throw refusal("unreadable", about, "a line as wrk writes it", quote(line));
    }
    if (over && !ONCE.includes(name)) continue;
    const before = found.get(name) ?? [];
    if (over || (before.length > 0 && ONCE.includes(name)) || (name !== "running" && !found.has("running")))
      throw refusal("unreadable", about, "what wrk prints once", `${quote(line)} out of place`);
    found.set(name, [...before, match]);
  }
  if (!found.has("transfer"))
    throw refusal("unreadable", about, "what wrk prints, to its last line", "a part");
  return found;
}

function recognise(line: string): [Line, RegExpExecArray] | [undefined] {
  for (const [name, pattern] of Object.entries(LINES)) {
    const match = pattern.exec(line);
    if (match) return [name as Line, match];
  }
  return [undefined];
}

/** A script may speak before the run begins, too. */
function isGreeting(line: string, found: ReadonlyMap<Line, unknown>): boolean {
  return found.size === 0 && !line.includes("Running");
}

function latencyOf([, percent = "", number, unit]: RegExpExecArray): [string, number][] {
  const name = `p${percent.includes(".") ? percent.replace(/\.?0+$/, "") : percent}`;
  // p100 and p99.999 say less about a service than about one unlucky request.
  return /^p\d{1,2}(\.\d{1,2})?$/.test(name) ? [[name, toMilliseconds(number, unit)]] : [];
}

function toMilliseconds(number = "", unit = ""): number {
  return Math.round(Number(number) * (UNITS[unit] ?? NaN) * 1e6) / 1e6;
}
