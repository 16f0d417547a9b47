import { verify } from "node:crypto";
import { contains, describeWindow, type Log, type TrustRoot } from "../../trust";
import type { LogEntry } from "../bundle";
import { refusal } from "../error";
import { verifyCheckpoint } from "./checkpoint";
import type { SignedContent } from "./content";
import { readLogBody } from "./logBody";
import { rootFromProof } from "./merkle";

/** The logs of our root that a log entry may be of; none is a log that we know nothing about. */
export function logsOf(entry: LogEntry, root: TrustRoot): readonly Log[] {
  return root.logs.filter((log) => log.id.equals(entry.logId));
}

/** The time that a log vouches for, in its signed promise (Rekor v1); undefined for an entry without one. */
export function verifyPromise(about: string, entry: LogEntry, logs: readonly Log[]): Date | undefined {
  const { promise, integratedTime } = entry;
  if (!promise) return undefined;
  const log = logs.find(({ key }) => verify(hashFor(key), promised(entry), key, promise));
  if (!log || !integratedTime) {
    throw refusal(
      "log-promise",
      about,
      "a promise signed by the log (signed entry timestamp)",
      "another signature",
    );
  }
  assertKeyValid(about, logs, [integratedTime]);
  return integratedTime;
}

/** The entry speaks of this very signature, by this signer, over this content. */
export function verifyEntry(
  about: string,
  entry: LogEntry,
  signed: SignedContent,
  signature: Buffer,
  signer: Buffer,
): void {
  const logged = readLogBody(about, entry);
  const digest = logged.of === "signed" ? signed.digest(logged.algorithm) : signed.payloadDigest();
  if (!digest?.equals(logged.digest) || (logged.of === "payload" && logged.algorithm !== "sha256")) {
    throw refusal("log-entry-mismatch", about, "a log entry about this content", "one about other content");
  }
  if (!signer.equals(logged.signer)) {
    throw refusal(
      "log-entry-mismatch",
      about,
      "a log entry about this signer",
      "one about another key or certificate",
    );
  }
  if (!signature.equals(logged.signature)) {
    throw refusal(
      "log-signature-mismatch",
      about,
      "a log entry about this signature",
      "one about another signature",
    );
  }
}

/** The entry is in the log, by the log's own proof; version 0.1 bundles may have only the promise. */
export function verifyInclusion(
  about: string,
  { proof, promise, body }: LogEntry,
  logs: readonly Log[],
): void {
  if (!proof) {
    if (promise) return;
    throw refusal("no-inclusion-proof", about, "the log's proof that it has the entry", "none");
  }
  const checkpoint = verifyCheckpoint(about, proof.checkpoint, logs);
  const rootHash = rootFromProof(body, proof.index, checkpoint.size, proof.hashes);
  const claimed = proof.rootHash.length === 0 || proof.rootHash.equals(checkpoint.rootHash);
  if (!rootHash?.equals(checkpoint.rootHash) || !claimed) {
    throw refusal(
      "inclusion-proof",
      about,
      "a proof that leads to the log's signed root hash",
      "one that does not",
    );
  }
}

/** A key that had ended before it was used proves nothing; the libraries do not look. */
export function assertKeyValid(about: string, logs: readonly Log[], times: readonly Date[]): void {
  if (logs.some(({ validFor }) => times.every((time) => contains(validFor, time)))) return;
  const windows = logs.map(({ validFor }) => describeWindow(validFor)).join("; ");
  const found = times.map((time) => time.toISOString()).join(" and ");
  throw refusal("log-key-expired", about, `an entry of a log whose key was valid (${windows})`, found);
}

/** What a promise signs: the entry as canonical JSON (RFC 8785), whose keys stand in this order. */
function promised({ body, integratedTime, logId, logIndex }: LogEntry): Buffer {
  const seconds = (integratedTime?.getTime() ?? 0) / 1000;
  const [text, id] = [body.toString("base64"), logId.toString("hex")];
  return Buffer.from(`{"body":"${text}","integratedTime":${seconds},"logID":"${id}","logIndex":${logIndex}}`);
}

function hashFor({ asymmetricKeyType }: Log["key"]): "sha256" | null {
  return asymmetricKeyType === "ed25519" ? null : "sha256";
}
