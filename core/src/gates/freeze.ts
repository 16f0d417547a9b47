import { type Freeze, windowOf } from "../promotion";
import type { Said } from "./claims";
import { moment, plain } from "./words";

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

/** Whether a freeze window is open; one whose times cannot be read is never closed. */
export function isOpen({ when }: Freeze, now: Date): boolean {
  if (!("days" in when)) {
    const [from, until] = [Date.parse(when.from), Date.parse(when.until)];
    return !(Number(now) < from || Number(now) >= until);
  }
  const [from, until] = [minutesOf(when.from), minutesOf(when.until)];
  if (Number.isNaN(from) || Number.isNaN(until)) return true;
  const minute = now.getUTCHours() * 60 + now.getUTCMinutes();
  const isOn = (day: number): boolean => when.days.includes(DAYS[((day % 7) + 7) % 7] ?? "sun");
  const today = now.getUTCDay();
  if (from < until) return isOn(today) && minute >= from && minute < until;
  // It begins on its day and goes on into the next.
  return (isOn(today) && minute >= from) || (isOn(today - 1) && minute < until);
}

function minutesOf(time: string): number {
  const [, hours, minutes] = /^(\d{2}):(\d{2})$/.exec(time) ?? [];
  return Number(hours ?? NaN) * 60 + Number(minutes ?? NaN);
}

/** Far more windows than a week has. */
const MOST_WINDOWS = 14;

/** Why an approval is not for a freeze whose window is open: it must name it, and be given inside. */
export function freezeRefusal(
  freeze: Freeze,
  { claim, said }: Said<"approval">,
  now: Date,
): string | undefined {
  if (said.freeze === undefined) return `does not name the freeze ${freeze.name}`;
  if (said.freeze !== freeze.name) return `given for the freeze ${plain(said.freeze)}`;
  if (!claim.time) return undefined;
  const begin = openSince(freeze, now);
  return Number(claim.time) >= begin ? undefined : `given before the freeze began on ${moment(begin)}`;
}

/** Windows that follow each other without a break are one: a weekend begins on Saturday. NaN where it cannot be told. */
function openSince(freeze: Freeze, now: Date): number {
  let begin = beginOf(freeze, now);
  for (let windows = 1; windows < MOST_WINDOWS; windows++) {
    const before = beginOf(freeze, new Date(begin - 1));
    if (Number.isNaN(before)) break;
    begin = before;
  }
  return begin;
}

function beginOf(freeze: Freeze, at: Date): number {
  const window = windowOf(freeze, at);
  return window && window.from <= at ? Number(window.from) : NaN;
}
