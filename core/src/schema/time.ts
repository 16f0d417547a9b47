import { textAt, textsAt } from "./select";
import type { Mistake } from "./validate";

/** A time in UTC, or a day, which stands for its first moment in UTC. */
export const TIME_PATTERN = "^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z)?$";

const FORM = new RegExp(TIME_PATTERN);

/** Undefined for what is written like a time and is none, as February 30. */
export function parseTime(text: string): Date | undefined {
  const time = new Date(text);
  if (!FORM.test(text) || Number.isNaN(time.getTime())) return undefined;
  // Some days that are not in the calendar are read as days of the next month.
  return time.toISOString().slice(0, 10) === text.slice(0, 10) ? time : undefined;
}

/** Texts that a schema takes for times, and that are none. */
export function findImpossibleTimes(document: unknown, paths: readonly string[]): Mistake[] {
  return paths
    .flatMap((path) => textsAt(document, path))
    .filter(({ value }) => FORM.test(value) && parseTime(value) === undefined)
    .map(({ path, value }) => ({ path, message: `${value} is not in the calendar` }));
}

/** Whether `until` of a part comes before its `from`. */
export function isBackward(part: unknown): boolean {
  const [from, until] = ["/from", "/until"].map((path) => parseTime(textAt(part, path) ?? ""));
  return from !== undefined && until !== undefined && until < from;
}
