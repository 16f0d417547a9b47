import type { Digest } from "../../image";
import type { Answer } from "../transport/answer";

/** The session's own query is not touched: registries sign it. */
export function withDigest(session: URL, digest: Digest): URL {
  const url = new URL(session);
  url.search = `${url.search === "" ? "?" : `${url.search}&`}digest=${encodeURIComponent(digest)}`;
  return url;
}

/**
 * `Range: 0-<last byte>`; undefined where the registry says nothing. distribution says 0-0 for an empty upload, so
 * that is read as empty: a single byte is sent again rather than lost.
 */
export function receivedBytes(answer: Answer): number | undefined {
  const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(answer.header("range") ?? "")?.[1];
  if (last === undefined) return undefined;
  return last === "0" ? 0 : Number(last) + 1;
}
