import { quote } from "../../image";
import type { RegistryErrorCode } from "../errors";

export interface Diagnosis {
  readonly code: RegistryErrorCode;
  readonly found: string;
  /** Whether it is worth another attempt. */
  readonly passing: boolean;
}

const TIMEOUTS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
  UND_ERR_HEADERS_TIMEOUT: "no answer in time",
  UND_ERR_BODY_TIMEOUT: "an answer that stopped half way",
};

const MALFORMED = new Set(["UND_ERR_HEADERS_OVERFLOW", "UND_ERR_RES_CONTENT_LENGTH_MISMATCH"]);
/** What the parser says when a connection ends in the middle of an answer. */
const CUT_OFF = new Set(["HPE_INVALID_EOF_STATE", "HPE_CLOSED_CONNECTION"]);

/** Says in plain words what went wrong below HTTP (RFC 9110 knows no status for it). */
export function diagnose(thrown: unknown): Diagnosis {
  const code = codeOf(thrown);
  const late = TIMEOUTS[code];
  if (late !== undefined) return { code: "timeout", found: late, passing: true };
  if (MALFORMED.has(code) || (isParserError(thrown) && !CUT_OFF.has(code))) {
    return { code: "malformed", found: `an answer that is not HTTP (${describe(thrown)})`, passing: false };
  }
  if (code === "ENOTFOUND") return { code: "unreachable", found: "no such host", passing: false };
  if (isCertificate(code)) {
    return { code: "unreachable", found: `a certificate that is not trusted (${code})`, passing: false };
  }
  if (code.startsWith("UND_ERR_INVALID") || code === "UND_ERR_DESTROYED" || code === "UND_ERR_CLOSED") {
    return { code: "unreachable", found: `no connection (${describe(thrown)})`, passing: false };
  }
  return { code: "unreachable", found: `a broken connection (${describe(thrown)})`, passing: true };
}

function isParserError(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "HTTPParserError";
}

function isCertificate(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL|^EPROTO$/.test(code);
}

/** undici wraps a few of the system's errors. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "";
  if ("code" in thrown && typeof thrown.code === "string") return thrown.code;
  return codeOf(thrown.cause);
}

function describe(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const code = codeOf(thrown);
  return `a broken connection (${[code, text]
    .filter((part) => part !== "")
    .map(quote)
    .join(": ")})`;
}
