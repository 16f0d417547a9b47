import { evidenceId, PAYLOAD_TYPE, toEnvelope, writeReferrer, writeStatement } from "../evidence";
import type { Digest } from "../image";
import type { Place } from "../promotion";
import { putBundle } from "../proof";
import { type Descriptor, type Registry, RegistryError, type Repository, type Waiting } from "../registry";
import { type Signing, signStatement } from "../signer";
import { predicateType, type Trust } from "../trust";
import { anchorOf, describePlace, ensureAnchor } from "./anchor";
import { refusal } from "./error";
import { GAVE_WAY, judgePage, pinnedAt, readPages, type Reading } from "./read";

/** What writing needs beside what is to be said. */
export interface Writing extends Waiting {
  /** Who else's records count. */
  readonly trust: Trust;
  readonly now: () => Date;
  /** Gives others time to finish what they began. */
  readonly wait: (ms: number) => Promise<void>;
}

/** A signed record on its way: the same words, the same bundle, the same manifests, however often it is attached. */
export interface SignedRecord {
  readonly id: string;
  readonly bundle: Uint8Array;
  readonly type: "vsa" | "deployment";
  readonly digest: Digest;
  /** When it says that it was written. */
  readonly written: string;
  /** A hint for those who look for the newest one; nobody signs it. */
  readonly number?: number;
}

/** One place in one registry, as those see it who write there. */
export class Desk {
  constructor(
    private readonly registry: Registry,
    private readonly repository: Repository,
    readonly place: Place,
    private readonly signing: Signing,
    readonly options: Writing,
  ) {}

  look(): Promise<Reading> {
    const { trust, now, signal } = this.options;
    return readPages(this.registry, this.repository, this.place, trust, { now: now(), signal });
  }

  /** Nothing is sent anywhere yet. */
  async sign(
    words: Omit<SignedRecord, "id" | "bundle"> & { readonly predicate: object },
    page: number,
  ): Promise<SignedRecord> {
    const { type, predicate, digest, written, number } = words;
    const subjects = [digest, anchorOf(this.place, page).digest];
    const statement = writeStatement(subjects, predicateType(type), predicate);
    const bundle = await this.signCounting(statement, page);
    const id = evidenceId(toEnvelope(PAYLOAD_TYPE, statement));
    return { id, bundle, type, digest, written, ...(number !== undefined && { number }) };
  }

  async attachToAnchor(record: SignedRecord, page: number): Promise<void> {
    const anchor = await ensureAnchor(this.registry, this.repository, this.place, page, this.options);
    await this.put(anchor, record);
  }

  /** What is attached to its image is there for all to use, and is not taken back any more. */
  async publish(record: SignedRecord): Promise<void> {
    const image = await this.registry.resolve(pinnedAt(this.repository, record.digest), this.options);
    await this.put(image, record);
  }

  /** The manifest that attaches it to the anchor. */
  referrerAtAnchor(record: SignedRecord, page: number): Digest {
    return referrerOf(anchorOf(this.place, page), record).manifest.digest;
  }

  /** Whether exactly this was attached to its image. */
  async isPublished(record: SignedRecord): Promise<boolean> {
    const image = await this.describe(record.digest);
    if (!image) return false;
    const { referrers } = await this.registry.listReferrers(this.repository, record.digest, this.options);
    const { manifest } = referrerOf(image, record);
    return referrers.some(({ digest }) => digest === manifest.digest);
  }

  /** Takes proposals back, for everybody to see. */
  async withdraw(ids: readonly string[], page: number): Promise<void> {
    const anchor = anchorOf(this.place, page);
    const type = predicateType("revocation");
    const statement = writeStatement(anchor.digest, type, { reason: GAVE_WAY, evidence: ids });
    const bundle = await this.signCounting(statement, page);
    const referrer = writeReferrer(anchor, bundle, type, this.options.now());
    await putBundle(this.registry, this.repository, referrer, this.options);
  }

  /** What would not count is not attached. */
  private async signCounting(statement: Buffer, page: number): Promise<Buffer> {
    const bundle = await signStatement(statement, this.signing);
    const { trust, now } = this.options;
    const about = `record of ${describePlace(this.place)}`;
    const pieces = [{ source: about, bytes: bundle }];
    const [refused] = judgePage(pieces, this.repository, this.place, page, trust, now()).refused;
    if (!refused) return bundle;
    const { expected, found } = refused.error.problem;
    throw refusal("not-counted", about, expected, found, refused.error);
  }

  private put(subject: Descriptor, record: SignedRecord): Promise<void> {
    return putBundle(this.registry, this.repository, referrerOf(subject, record), this.options);
  }

  private async describe(digest: Digest): Promise<Descriptor | undefined> {
    try {
      return await this.registry.resolve(pinnedAt(this.repository, digest), this.options);
    } catch (error) {
      if (error instanceof RegistryError && error.code === "not-found") return undefined;
      throw error;
    }
  }
}

/** Its time is the record's own, so that whoever attaches it again writes the same manifest. */
function referrerOf(subject: Descriptor, record: SignedRecord): ReturnType<typeof writeReferrer> {
  const { bundle, type, written, number } = record;
  const hints = number === undefined ? {} : { "dev.waybill.number": String(number) };
  return writeReferrer(subject, Buffer.from(bundle), predicateType(type), new Date(written), hints);
}
