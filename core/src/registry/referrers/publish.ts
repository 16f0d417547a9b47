import type { Digest } from "../../image";
import type { Descriptor } from "../content/descriptor";
import { registryError, RegistryError } from "../errors";
import { type Look, type Manifests, type Update, type Waiting } from "../manifests";
import type { Place } from "../place";
import { Setback } from "../transport/attempts";
import type { Clock } from "../transport/clock";
import { fallbackTag } from "./tag";
import { type FallbackIndex, readIndex, toEntry, withEntries, writeIndex } from "./fallback-index";

type Entries = FallbackIndex["entries"];

const MOST_TRIES = 20;
/**
 * Without conditional writes, somebody who read the list before us may write after us. Whoever reads and writes
 * within the gap is noticed when we look again after the pause.
 */
const GAP_MS = 500;
const PAUSE_MS = 750;

/**
 * Adds entries to the list under the fallback tag without losing anybody else's: write only over what was read where
 * the registry can check that (If-Match), read again afterwards, and start over if anything is missing.
 */
export class FallbackPublisher {
  constructor(
    private readonly manifests: Manifests,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {}

  async add(place: Place, subject: Digest, referrer: Descriptor, waiting: Waiting): Promise<void> {
    const tag = fallbackTag(subject);
    const about = `list of referrers ${place.name(tag)}`;
    let wanted: Entries = new Map([[referrer.digest, toEntry(referrer)]]);
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const look = await this.manifests.look(place, tag, waiting);
      assertList(look, about);
      const current = readIndex(look.manifest, about);
      const missing = await this.missing(place, wanted, current, referrer.digest, waiting);
      if (missing.size === 0) return;
      const next = withEntries(current, missing);
      // Whatever was on the list when we wrote it must still be there when we look again.
      wanted = next.entries;
      await this.tryWrite(place, tag, next, this.toUpdate(look), waiting);
      await this.settle(waiting);
    }
    throw registryError("conflict", { about, expected: "a moment without other writers", found: "none" });
  }

  /** Entries that must be added. What others took away on purpose (their manifest is gone as well) is not brought back. */
  private async missing(
    place: Place,
    wanted: Entries,
    { entries }: FallbackIndex,
    own: Digest,
    waiting: Waiting,
  ): Promise<Entries> {
    const lost = [...wanted].filter(([digest]) => !entries.has(digest));
    const kept = await Promise.all(
      lost.map(async ([digest]) => digest === own || (await this.manifests.has(place, digest, waiting))),
    );
    return new Map(lost.filter((_, index) => kept[index]));
  }

  /** A write that did not go through is no loss: the next look shows what there is to do. */
  private async tryWrite(
    place: Place,
    tag: string,
    index: FallbackIndex,
    update: Update,
    { signal }: Waiting,
  ): Promise<void> {
    const about = `list of referrers ${place.name(tag)}`;
    try {
      await this.manifests.write(place, writeIndex(index, about), tag, { signal, update });
    } catch (failure) {
      if (failure instanceof Setback) return;
      if (failure instanceof RegistryError && failure.code === "conflict") return;
      throw failure;
    }
  }

  /** Long enough for what others had begun; not the same for everybody. */
  async settle({ signal }: Waiting): Promise<void> {
    const ms = PAUSE_MS * (1 + this.random() / 2);
    await this.clock.sleep(ms, signal ?? new AbortController().signal);
  }

  /** A registry that needs longer than the gap for one answer gets longer. */
  private toUpdate({ manifest, etag, sentAt }: Look): Update {
    const took = this.clock.now() - sentAt;
    const notAfter = sentAt + Math.max(GAP_MS, 2 * took);
    if (manifest === undefined) return { notAfter, headers: { "if-none-match": "*" } };
    // RFC 9110, 13.1.1: If-Match compares strongly, a weak mark never fits.
    return { notAfter, headers: etag === undefined || etag.startsWith("W/") ? {} : { "if-match": etag } };
  }
}

/** Somebody uses the tag for an image: writing over it would take that image's name away. */
function assertList({ manifest }: Look, about: string): void {
  if (manifest === undefined || manifest.content.kind === "index") return;
  throw registryError("conflict", {
    about,
    expected: "a list of referrers",
    found: "an image under that tag",
    next: "Find out who tagged it so, and remove the tag.",
  });
}
