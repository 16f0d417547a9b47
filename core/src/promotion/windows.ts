import type { Day } from "./document";
import type { Freeze } from "./rules";

const DAYS: readonly Day[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const DAY_MS = 86_400_000;

/** From the first moment in it to the first moment after it. */
export interface FreezeWindow {
  readonly from: Date;
  readonly until: Date;
}

/** The window that is open now, or else the next one; undefined where none is to come. */
export function windowOf({ when }: Freeze, now: Date): FreezeWindow | undefined {
  if (!("days" in when)) {
    const window = { from: new Date(when.from), until: new Date(when.until) };
    return now < window.until ? window : undefined;
  }
  const midnight = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const [from, until] = [minutes(when.from), minutes(when.until)];
  const length = (until > from ? until - from : until - from + 24 * 60) * 60_000;
  // From the day before, whose window may go on until now, to the same day of the next week.
  return Array.from({ length: 9 }, (_, index) => midnight + (index - 1) * DAY_MS)
    .filter((day) => when.days.includes(DAYS[new Date(day).getUTCDay()] ?? "sun"))
    .map((day) => day + from * 60_000)
    .map((start) => ({ from: new Date(start), until: new Date(start + length) }))
    .find((window) => now < window.until);
}

function minutes(time: string): number {
  const [hours = 0, rest = 0] = time.split(":").map(Number);
  return hours * 60 + rest;
}
