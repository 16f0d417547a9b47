import { parseDigest, parsePinned, type PinnedReference } from "../image";
import { WaybillError } from "../problem";
import { parseTrust, type Trust } from "../trust";
import { unusable } from "./error";
import { type Content, readFile } from "./file";
import { type Gathered, readDate } from "./gather";
import { type Entry, judge, type Judgement } from "./judge";
import { checkManifests } from "./manifests";
import type { EntryRecord, JudgementRecord } from "./record";

/** A file of evidence whose content was found to fit together. */
export interface Export {
  readonly digest: string;
  readonly image: PinnedReference;
  readonly trust: Trust;
  readonly recorded: JudgementRecord;
  readonly gathered: Gathered;
}

/** Takes a file in: unchanged, complete, and with evidence that says what the file says of it. */
export function readExport(about: string, bytes: Uint8Array): Export {
  try {
    return read(about, bytes);
  } catch (cause) {
    // JSON is read and written by recursion; whoever nests without end gets a refusal.
    if (!(cause instanceof RangeError)) throw cause;
    throw unusable("not-an-export", about, "JSON that is nested as far as an export is", "far deeper", cause);
  }
}

function read(about: string, bytes: Uint8Array): Export {
  const { digest, content } = readFile(about, bytes);
  const { judgement: recorded } = content;
  const image = orUnusable(about, () => parsePinned(recorded.image));
  checkManifests(about, content.manifests, image.digest);
  const trust = readTrust(about, content);
  const gathered = readEvidence(about, content, image);
  const file = { digest, image, trust, recorded, gathered };
  assertReproducible(about, file);
  return file;
}

/** The same question again, at another time or under another trust policy. */
export function judgeExport({ gathered, recorded }: Export, trust: Trust, now: Date): Judgement {
  const { environment, required: predicates } = recorded;
  return judge(gathered, { environment: environment ?? undefined, predicates, now }, trust);
}

function readTrust(about: string, { trust: { file, hash, document } }: Content): Trust {
  const trust = orUnusable(about, () =>
    parseTrust(`${file} in ${about}`, JSON.stringify(document), () => {
      throw unusable("trust-mismatch", about, "a trust policy with its files inside", "the name of a file");
    }),
  );
  if (trust.hash !== hash) throw unusable("trust-mismatch", about, `the trust policy ${hash}`, trust.hash);
  return trust;
}

function readEvidence(about: string, { evidence }: Content, image: PinnedReference): Gathered {
  const pieces = evidence.map(({ source, referrer, attached, bundle }) => ({
    source,
    referrer: orUnusable(about, () => parseDigest(referrer)),
    attached: readDate(attached),
    bytes: Buffer.from(bundle, "base64"),
  }));
  const twice = pieces.find(
    ({ source }, index) => pieces.findIndex((other) => other.source === source) < index,
  );
  if (twice) throw unusable("not-an-export", about, "each piece of evidence once", `${twice.source} twice`);
  return { image, pieces, refused: [] };
}

/** At the time and by the policy that the file names, its evidence must give the answer that the file gives. */
function assertReproducible(about: string, file: Export): void {
  const { recorded, trust } = file;
  const at = new Date(recorded.at);
  if (Number.isNaN(at.getTime())) throw unusable("not-an-export", about, "a time", recorded.at);
  if (recorded.trust !== trust.hash) {
    throw unusable("trust-mismatch", about, `the trust policy ${recorded.trust}`, trust.hash);
  }
  const { ok, entries } = judgeExport(file, trust, at);
  const found = summary(ok ? "yes" : "no", entries);
  const expected = summary(recorded.verdict, recorded.evidence);
  if (found !== expected) {
    throw unusable("verdict-mismatch", about, `the verdict that it records: ${expected}`, found);
  }
}

/** The verdict and the ids of what counts, whatever their order. */
function summary(verdict: string, entries: readonly Pick<Entry | EntryRecord, "id" | "refusal">[]): string {
  const counted = entries.filter(({ refusal }) => !refusal).map(({ id }) => id ?? "");
  return [verdict, ...counted.sort()].join(", ");
}

/** What another room refuses in a file makes the file unusable; what went wrong stays told. */
function orUnusable<Result>(about: string, run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof WaybillError)) throw cause;
    throw unusable("not-an-export", about, "an evidence export", cause.message, cause);
  }
}
