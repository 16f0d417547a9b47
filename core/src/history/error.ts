import { WaybillError } from "../problem";
import type { DecisionEntry } from "./types";

/** What to do next, by code; the keys are the closed set of codes. */
const NEXT = {
  "cut-tail":
    "Nothing was changed. Find out who removed records from the registry, or who revoked the trust in their signer, and put that back.",
  unreadable: "Find out who attached so much to the history, and remove it.",
  "head-moved": "Run it again: it is then decided on what is deployed now.",
  "other-decision": "Wait until the others are done, then run it again.",
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

/** Another one was let in, and has not come to run: only one may be on its way. */
export function otherDecision(about: string, { id, record, signer }: DecisionEntry): HistoryError {
  return new HistoryError("other-decision", {
    about,
    expected: "that nothing else is about to enter there",
    found: `${record.digest}, decided by ${signer.identity} (${id}), until ${record.expires}`,
    next: `Wait until it runs there or lapses, then run it again. If nobody carries it out any more, as its rollout failed: waybill evidence revoke ${id} ${record.repository}@${record.digest} --reason TEXT --signer FILE`,
  });
}
