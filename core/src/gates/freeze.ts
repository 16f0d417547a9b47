import type { Freeze } from "../promotion";

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
