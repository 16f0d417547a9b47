import { refusal } from "../error";

const CLOCK = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?/;
const ZONE = /(?:Z|[+-]\d{2}:\d{2})$/;
/** How far clocks of different machines may be apart. */
const SKEW = 5 * 60_000;
/** The last millisecond that has a date. */
const LAST = 8.64e15;

/** Milliseconds of a time as RFC 3339 writes it; undefined for all else. */
export function zoned(text: string): number | undefined {
  if (!CLOCK.test(text) || !ZONE.test(text) || text.replace(CLOCK, "").replace(ZONE, "") !== "") return;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** When something ran, as far as somebody knows. */
export interface Span {
  readonly startedOn?: number | undefined;
  readonly finishedOn?: number | undefined;
}

export interface Clock {
  readonly now: Date;
}

/** What is given wins over what the report says. Nothing has ended in the future, nor before it began. */
export function settleSpan(
  about: string,
  said: Span,
  given: Span,
  { now }: Clock,
): { readonly startedOn: string; readonly finishedOn: string } {
  const startedOn = given.startedOn ?? said.startedOn;
  const finishedOn = given.finishedOn ?? said.finishedOn;
  if (startedOn === undefined) throw refusal("unsaid", about, "when it began (--started TIME)", "nothing");
  if (finishedOn === undefined) throw refusal("unsaid", about, "when it ended (--finished TIME)", "nothing");
  for (const time of [startedOn, finishedOn])
    if (!(Math.abs(time) <= LAST)) throw refusal("unreadable", about, "a time", `${time}`);
  if (finishedOn < startedOn)
    throw refusal("contradiction", about, `an end after ${iso(startedOn)}`, iso(finishedOn));
  refuseFuture(about, finishedOn, { now });
  return { startedOn: iso(startedOn), finishedOn: iso(finishedOn) };
}

export function refuseFuture(about: string, time: number, { now }: Clock): void {
  if (time > now.getTime() + SKEW)
    throw refusal("contradiction", about, `a time before now, ${now.toISOString()}`, iso(time));
}

export function iso(time: number): string {
  return new Date(time).toISOString();
}
