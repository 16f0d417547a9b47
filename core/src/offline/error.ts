import { WaybillError } from "../problem";

/** What to do next, by code; the keys are the closed set of codes. */
const NEXT = {
  "not-an-export": "Use a file that `waybill evidence export` wrote, whole and as it is.",
  tampered: "Do not use this file: it was changed after it was written. Export the evidence again.",
  "too-large": "Look at what is attached to the image: nothing of this size is written or read.",
  "manifest-mismatch": "Do not use this file; export the evidence again.",
  "trust-mismatch": "Do not use this file; export the evidence again.",
  "verdict-mismatch":
    "Do not use this file: what it says of its evidence is not what its evidence says. Export it again.",
} as const;

export type OfflineErrorCode = keyof typeof NEXT;

/** A file that proves nothing, whatever is in it. */
export class OfflineError extends WaybillError<OfflineErrorCode> {}

export function unusable(
  code: OfflineErrorCode,
  about: string,
  expected: string,
  found: string,
  cause?: unknown,
): OfflineError {
  const problem = { about, expected, found, next: NEXT[code] };
  return new OfflineError(code, problem, cause === undefined ? undefined : { cause });
}
