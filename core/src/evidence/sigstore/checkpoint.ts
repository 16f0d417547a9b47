import { verify } from "node:crypto";
import { quote } from "../../image";
import type { Log } from "../../trust";
import { refusal } from "../error";

/** A log's signed statement of how long it is and which hash stands for all of it. */
export interface Checkpoint {
  readonly size: bigint;
  readonly rootHash: Buffer;
}

const SIGNATURE_LINE = /^\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})$/;

/**
 * https://github.com/C2SP/C2SP/blob/main/tlog-checkpoint.md. Lines of unknown keys are skipped, in any order, as witnesses
 * add theirs; the log's own must be there. Names are compared, never used as a pattern (SIG-027).
 */
export function verifyCheckpoint(about: string, text: string, logs: readonly Log[]): Checkpoint {
  const end = text.indexOf("\n\n");
  const body = text.slice(0, end + 1);
  const [origin = "", size = "", hash = ""] = body.split("\n");
  if (end < 0 || origin === "" || !/^(?:0|[1-9]\d{0,18})$/.test(size) || !/^[A-Za-z0-9+/]{43}=$/.test(hash)) {
    throw refusal("checkpoint", about, "a checkpoint with origin, size and root hash", quote(body));
  }
  const lines = text.slice(end + 2).split("\n");
  if (!lines.some((line) => logs.some((log) => isSignedBy(log, Buffer.from(body), line)))) {
    const names = logs.map((log) => log.names[0]).join(" or ");
    throw refusal("checkpoint", about, `a checkpoint signed by ${names}`, quote(text.slice(end + 2)));
  }
  return { size: BigInt(size), rootHash: Buffer.from(hash, "base64") };
}

function isSignedBy(log: Log, body: Buffer, line: string): boolean {
  const [, name = "", encoded = ""] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = Buffer.from(encoded, "base64");
  if (!log.names.includes(name) || !bytes.subarray(0, 4).equals(log.checkpointId.subarray(0, 4)))
    return false;
  return verify(log.key.asymmetricKeyType === "ed25519" ? null : "sha256", body, log.key, bytes.subarray(4));
}
