import type { PublicKey, TrustRoot } from "../../trust";
import type { Bundle, LogEntry } from "../bundle";
import { EvidenceError, type EvidenceErrorCode, refusal } from "../error";
import { assertValidAt, findIssuers, type Leaf, parseLeaf } from "./certificate";
import { envelopeContent, type SignedContent } from "./content";
import { assertKeyValid, logsOf, verifyEntry, verifyInclusion, verifyPromise } from "./log";
import { verifySct } from "./sct";
import { verifyTimestamp } from "./timestamp";

export { type Artifact, artifactContent, envelopeContent, type SignedContent } from "./content";
export type { Leaf } from "./certificate";

/** What others vouch for about a signature that holds. */
export interface Witnessed {
  /** Each time that somebody trusted saw it; none is "no trusted time". */
  readonly times: readonly Date[];
  readonly logged: boolean;
}

/**
 * Why not `@sigstore/verify`: it gives one code for all that can be wrong with a timestamp or certificate, verifies the same
 * authorities again for each signature, and leaves out the logged key, a log key's end, key usage and unknown critical
 * extensions. Tests hold that whatever is accepted here, it accepts too.
 */
export function verifyWithCertificate(
  about: string,
  bundle: Bundle,
  signed: SignedContent,
  leaf: Leaf,
  root: TrustRoot,
): Witnessed {
  const issuers = findIssuers(about, leaf, root);
  const { heard: times, stranger } = verifyTimes(about, bundle, root);
  if (times.length === 0) {
    const expected = "a timestamp, since certificates live for minutes";
    throw stranger ?? refusal("no-trusted-time", about, expected, "none");
  }
  const authority = assertValidAt(about, leaf, issuers, times);
  if (root.ctLogs.length > 0) verifySct(about, leaf, authority, root.ctLogs);
  verifySignature(about, bundle, signed, leaf.key);
  const log = verifyLog(about, bundle, signed, leaf.der, root, times);
  if (log.heard.length === 0 && root.logs.length > 0) throw log.stranger ?? missingLog(about);
  return { times, logged: log.heard.length > 0 };
}

/** Without a root, what a bundle carries of timestamps and log entries says nothing. */
export function verifyWithKey(
  about: string,
  bundle: Bundle,
  signed: SignedContent,
  key: PublicKey,
  trust: { readonly root: TrustRoot | undefined; readonly logRequired: boolean; readonly now: Date },
): Witnessed {
  const { root, logRequired, now } = trust;
  verifySignature(about, bundle, signed, key.key);
  const times = root ? verifyTimes(about, bundle, root).heard : [];
  // With no trusted time, a log's key must be valid still: that the entry was made before it ended is anybody's word.
  const log = root && verifyLog(about, bundle, signed, key.der, root, times.length > 0 ? times : [now]);
  const logged = (log?.heard.length ?? 0) > 0;
  if (!logged && logRequired) throw log?.stranger ?? missingLog(about);
  return { times, logged };
}

/** The bare signature of an envelope, without a word on whom to trust. */
export function verifiesWith({ content, signature }: Bundle, key: PublicKey["key"]): boolean {
  return "payload" in content && envelopeContent(content).verifies(key, signature) === true;
}

export function leafOf(about: string, { signer }: Bundle): Leaf | undefined {
  return "certificate" in signer ? parseLeaf(about, signer.certificate, signer.chain) : undefined;
}

function verifySignature(
  about: string,
  { signature }: Bundle,
  signed: SignedContent,
  key: PublicKey["key"],
): void {
  const verdict = signed.verifies(key, signature);
  if (verdict === undefined) {
    throw refusal("artifact-needed", about, "the artifact itself, for this kind of key", "only its digest");
  }
  if (!verdict)
    throw refusal("signature-invalid", about, "a signature by the signer's key over this content", "another");
}

function verifyTimes(about: string, bundle: Bundle, root: TrustRoot): Hearing<Date> {
  const stamps = hear("timestamp-untrusted", bundle.timestamps, (token) =>
    verifyTimestamp(about, token, bundle.signature, root),
  );
  const promises = bundle.logEntries.flatMap((entry) => {
    const logs = logsOf(entry, root);
    return logs.length > 0 ? (verifyPromise(about, entry, logs) ?? []) : [];
  });
  return { ...stamps, heard: [...stamps.heard, ...promises] };
}

function verifyLog(
  about: string,
  { logEntries, signature }: Bundle,
  signed: SignedContent,
  signer: Buffer,
  root: TrustRoot,
  times: readonly Date[],
): Hearing<LogEntry> {
  return hear("log-unknown", logEntries, (entry) => {
    const logs = logsOf(entry, root);
    if (logs.length === 0) {
      throw refusal(
        "log-unknown",
        about,
        "an entry of a trusted log",
        `one of log ${entry.logId.toString("hex")}`,
      );
    }
    verifyEntry(about, entry, signed, signature, signer);
    verifyInclusion(about, entry, logs);
    assertKeyValid(about, logs, times);
    return entry;
  });
}

/** What known witnesses say, and the refusal of the first one who is not known. */
interface Hearing<Result> {
  readonly heard: readonly Result[];
  readonly stranger: EvidenceError | undefined;
}

/** Witnesses that we do not know say nothing, neither for nor against; the ones that we know must be right. */
function hear<Item, Result>(
  unknown: EvidenceErrorCode,
  items: readonly Item[],
  verify: (item: Item) => Result,
): Hearing<Result> {
  const heard: Result[] = [];
  let stranger: EvidenceError | undefined;
  for (const item of items) {
    try {
      heard.push(verify(item));
    } catch (error) {
      if (!(error instanceof EvidenceError) || error.code !== unknown) throw error;
      stranger ??= error;
    }
  }
  return { heard, stranger };
}

function missingLog(about: string): EvidenceError {
  return refusal("log-missing", about, "an entry in a transparency log", "none");
}
