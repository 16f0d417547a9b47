import { quote } from "../image";
import { WaybillError } from "../problem";

/** What to do next, by code; the keys are the closed set of codes. */
const NEXT = {
  "too-large": "Let the tool write a smaller report; nothing of this size is read.",
  unreadable: "Hand over what the tool wrote, whole and as it is, in one of the formats of docs/evidence.md.",
  contradiction: "Do not use this report; let the tool write it again.",
  unfinished: "Let the tool run to its end, and hand over that report.",
  "other-image": "Let the tool look at this very digest, and hand over that report.",
  "image-unknown":
    "Let the tool look at the image by its digest, IMAGE@sha256:…; for a tool that never says what it looked at, vouch for it with --assume-digest.",
  unsaid: "The report does not say it: give it.",
} as const;

export type ResultsErrorCode = keyof typeof NEXT;

export class ResultsError extends WaybillError<ResultsErrorCode> {}

export function refusal(
  code: ResultsErrorCode,
  about: string,
  expected: string,
  found: string,
  cause?: unknown,
): ResultsError {
  const problem = { about: quote(about), expected, found, next: NEXT[code] };
  return new ResultsError(code, problem, cause === undefined ? undefined : { cause });
}
