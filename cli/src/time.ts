import { quote } from "@waybill/core/image";
import { parseDuration } from "@waybill/core/promotion";
import { CliError } from "./command";

/** A time to come: written out, or how long from now. */
export function timeAhead(flag: string, text: string, now: Date): Date {
  const duration = parseDuration(text);
  const written = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const time = duration !== undefined ? new Date(now.getTime() + duration) : new Date(written ? text : NaN);
  if (time.getTime() > now.getTime()) return time;
  throw new CliError("usage", {
    about: flag,
    expected: "a time to come, as in 2027-01-31T18:00:00Z, or a time from now, as in 24h",
    found: quote(text),
    next: "A time without a zone could mean several: write Z for UTC.",
  });
}

/** To the second; with a question mark where nobody trusted vouches for it. */
export function shownTime(trusted: Date | undefined, said: string | undefined): string {
  if (trusted) return seconds(trusted);
  return said === undefined || Number.isNaN(Date.parse(said)) ? "?" : `${seconds(new Date(said))}?`;
}

export function seconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}
