import { quote } from "@waybill/core/image";
import { type Span, zoned } from "@waybill/core/results";
import type { Arguments, Io } from "../command";
import { requiredFlag, textFlag, wrongUsage } from "../input";

export const SPAN_FLAGS = { started: { type: "string" }, finished: { type: "string" } } as const;

export const SPAN_HELP = [
  "--started TIME     when it began, where the report does not say it: 2026-06-01T12:00:00Z",
  "--finished TIME    when it ended, likewise",
];

export function timeFlag(command: string, args: Arguments, name: string): number | undefined {
  const text = textFlag(args, name);
  return text === undefined ? undefined : readTime(command, name, text);
}

function readTime(command: string, name: string, text: string): number {
  const time = zoned(text);
  if (time === undefined) throw wrongUsage(command, `--${name} 2026-06-01T12:00:00Z`, quote(text));
  return time;
}

export function spanFlags(command: string, args: Arguments): Span {
  return {
    startedOn: timeFlag(command, args, "started"),
    finishedOn: timeFlag(command, args, "finished"),
  };
}

/** What is over before it is signed would look like a mistake to everybody, and be one. */
export function expiryFlag(command: string, args: Arguments, io: Io): string {
  const given = requiredFlag(command, args, "until");
  const time = readTime(command, "until", given);
  if (time <= nowOf(io).getTime()) throw wrongUsage(command, "--until in the future", quote(given));
  return new Date(time).toISOString();
}

export function nowOf(io: Io): Date {
  return io.now?.() ?? new Date();
}
