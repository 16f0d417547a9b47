import { quote } from "../../image";
import { registryError, type RegistryErrorCode } from "../errors";
import type { Answer } from "./answer";
import { Setback } from "./attempts";
import { readStart } from "./body";
import type { Clock } from "./clock";

const ERROR_BODY_BYTES = 8 * 1024;

/** Turns an answer that nobody hoped for into an error, or into a setback if it may pass. */
export async function refusal(answer: Answer, clock: Clock): Promise<Error> {
  const { status, about } = answer;
  const reason = await reasonOf(answer);
  const error = registryError(
    codeOf(status, reason),
    { about, expected: "success", found: `HTTP ${status}${reason === "" ? "" : ` (${reason})`}` },
    { status },
  );
  if (!isPassing(status)) return error;
  return new Setback(error, answer.host, retryAfterMs(answer.header("retry-after"), clock));
}

function codeOf(status: number, reason: string): RegistryErrorCode {
  // ECR answers 400, Harbor 412, others 403 or 409; only the words are the same.
  if (status >= 400 && status < 500 && /immutab/i.test(reason)) return "immutable-tag";
  const code = CODES[status];
  if (code !== undefined) return code;
  if (status >= 500) return "unavailable";
  return status >= 400 ? "rejected" : "malformed";
}

const CODES: Readonly<Record<number, RegistryErrorCode>> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
  405: "unsupported",
  408: "timeout",
  409: "conflict",
  412: "conflict",
  413: "too-large",
  416: "conflict",
  429: "rate-limited",
  499: "unavailable",
  501: "unsupported",
  505: "unsupported",
};

function isPassing(status: number): boolean {
  if (status === 501 || status === 505) return false;
  return status >= 500 || status === 408 || status === 429 || status === 499;
}

/** RFC 9110, 10.2.3: seconds, or a date. */
export function retryAfterMs(value: string | undefined, clock: Clock): number {
  if (value === undefined) return 0;
  if (/^\s*\d{1,10}\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - clock.now());
}

/** The registry's own words (distribution-spec, "Error Codes"), made harmless for a terminal. */
async function reasonOf(answer: Answer): Promise<string> {
  try {
    const text = await readStart(answer, ERROR_BODY_BYTES);
    const parsed = JSON.parse(text) as { errors?: readonly { code?: unknown; message?: unknown }[] } | null;
    const first = parsed?.errors?.[0];
    const words = [first?.code, first?.message].filter((word) => typeof word === "string" && word !== "");
    return words.length === 0 ? "" : quote(words.join(": "));
  } catch {
    return ""; // The status alone is enough of an answer.
  }
}
