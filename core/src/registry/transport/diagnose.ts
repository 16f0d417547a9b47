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
  return field(thrown, "name") === "HTTPParserError";
}

function isCertificate(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL|^EPROTO$/.test(code);
}

/** The code of an error of the system, or of the one that it wraps. */
export function codeOf(thrown: unknown): string {
  const code = field(thrown, "code");
  if (typeof code === "string") return code;
  const cause = field(thrown, "cause");
  return cause === undefined ? "" : codeOf(cause);
}

function describe(thrown: unknown): string {
  const message = field(thrown, "message");
  const text = typeof message === "string" ? message : String(thrown);
  return quote([codeOf(thrown), text].filter((part) => part !== "").join(": "));
}

/** Errors of the system may come from another realm, where `instanceof Error` does not see them. */
function field(thrown: unknown, name: string): unknown {
  return typeof thrown === "object" && thrown !== null
    ? (thrown as Record<string, unknown>)[name]
    : undefined;
}
