import { WaybillError } from "../problem";

/** What to do next, by code; the keys are the closed set of codes. */
const NEXT = {
  "cut-tail":
    "Nothing was changed. Find out who removed records from the registry, or who revoked the trust in their signer, and put that back.",
  unreadable: "Find out who attached so much to the history, and remove it.",
  "head-moved": "Run it again: it is then decided on what is deployed now.",
  "other-decision": "Wait until it is carried out, lapses or is revoked, then run it again.",
  withdrawn: "Run it again; who withdrew it stands in the registry.",
  "not-counted":
    "Let somebody sign whom the trust policy names for it: vsa, deployment and revocation for this environment.",
  "malformed-decision": "Give what the planner gives; nothing was signed.",
  fork: "Look at what runs there, then run it again: it goes on from the record that counts.",
  "decision-missing": "Run it again: what may enter is then decided anew.",
} as const;

export type HistoryErrorCode = keyof typeof NEXT;

export class HistoryError extends WaybillError<HistoryErrorCode> {}

export function refusal(
  code: HistoryErrorCode,
  about: string,
  expected: string,
  found: string,
  cause?: unknown,
): HistoryError {
  const problem = { about, expected, found, next: NEXT[code] };
  return new HistoryError(code, problem, cause === undefined ? undefined : { cause });
}
