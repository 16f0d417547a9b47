import type { Digest } from "../image";
import type { Place } from "../promotion";
import type { Registry } from "../registry";
import type { Signing } from "../signer";
import { describePlace } from "./anchor";
import { assertHead, letsIn, liveAfter } from "./chain";
import { type HistoryError, otherDecision, refusal } from "./error";
import { type Reading, repositoryOf } from "./read";
import { writeDecision } from "./record";
import type { Decision, DecisionEntry, History, Verdict } from "./types";
import { Desk, type SignedRecord, type Writing } from "./write";

/** What is decided, and on what it rests. */
export interface DecisionWords {
  readonly digest: Digest;
  readonly config: string;
  /** The deployment that it is to follow; null for the first. */
  readonly after: string | null;
  /** Hash of the rules, and the name of the file that they stand in. */
  readonly policy: string;
  readonly policyFile: string;
  readonly verdicts: readonly Verdict[];
  readonly overrides: readonly string[];
  /** In milliseconds. */
  readonly lapsesAfter: number;
  readonly by: string | null;
  readonly change: string | null;
}

export interface Decided {
  readonly entry: DecisionEntry;
  /** False where it had been decided before. */
  readonly added: boolean;
}

/** How long others get for their next step. */
const PAUSE_MS = 2000;
/** So often one waits for whoever must give way to one, and for whoever need not. */
const PAUSES = { junior: 3, senior: 8 };
const MOST_LOOKS = 40;

/**
 * Decides that something may enter, after exactly that deployment, and never beside somebody else who decides otherwise.
 *
 * A registry can only add to lists and show them. So: *propose* (attach the record to the anchor), *look*, *publish* (attach it to
 * its image), *look again*. Who on a look after publishing finds the own record in force and no other in the way has won. In the way is
 * each other decision after the same deployment, unless it was withdrawn **and** is not published. So of two that
 * publish, the later one to look finds the other in the way, whoever is killed or slow, and whoever withdraws what: never two winners.
 *
 * The rest is to get somewhere: of two proposals the larger id withdraws, and the smaller waits for that; what is published stands;
 * a proposal that does not move is what a killed run left behind, and is withdrawn.
 */
export async function decide(
  registry: Registry,
  repository: string,
  place: Place,
  words: DecisionWords,
  signing: Signing,
  options: Writing,
): Promise<Decided> {
  const desk = new Desk(registry, repositoryOf(repository), place, signing, options);
  return new Run(desk, repository, words).toTheEnd();
}

interface Rival {
  readonly entry: DecisionEntry;
  readonly published: boolean;
}

class Run {
  private proposal: SignedRecord | undefined;
  private readonly published = new Set<string>();
  private pauses = 0;

  constructor(
    private readonly desk: Desk,
    private readonly repository: string,
    private readonly words: DecisionWords,
  ) {}

  async toTheEnd(): Promise<Decided> {
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const seen = await this.desk.look();
      const before = this.carriedOut(seen.history);
      if (before) return { entry: before, added: false };
      assertHead(seen.history, this.words.after);
      const own = await this.ownIn(seen);
      const rivals = await this.rivalsIn(seen);
      if (rivals.length > 0) await this.contend(seen, own, rivals);
      else if (!own) await this.propose(seen);
      else if (this.published.has(own.id)) return { entry: own, added: own.id === this.proposal?.id };
      else await this.publish(seen, own);
    }
    throw this.refused("an end after so many looks: others decide at the same time, over and over");
  }

  /** What was carried out stands, however long ago it was decided. */
  private carriedOut({ decisions, deployments }: History): DecisionEntry | undefined {
    return decisions.find(
      (entry) => letsIn(entry, this.words) && deployments.some(({ record }) => record.decision === entry.id),
    );
  }

  /** The same decision, whoever made it: the one that is published, else the one with the smallest id. */
  private async ownIn(seen: Reading): Promise<DecisionEntry | undefined> {
    const { after } = this.words;
    const same = liveAfter(seen.history, after, this.now()).filter((entry) => letsIn(entry, this.words));
    const known = same.find(({ id }) => this.published.has(id));
    if (known ?? same.length < 2) return known ?? same[0];
    const published = await Promise.all(same.map((entry) => this.desk.isPublished(toRecord(seen, entry))));
    const own = same[Math.max(published.indexOf(true), 0)];
    if (own && this.proposal && own.id !== this.proposal.id) {
      await this.desk.withdraw([this.proposal.id], seen.page);
      this.proposal = undefined;
    }
    return own;
  }

  /** What is in the way, smallest id first. */
  private async rivalsIn(seen: Reading): Promise<readonly Rival[]> {
    const { history, withdrawn } = seen;
    const withAll = { ...history, decisions: [...history.decisions, ...withdrawn] };
    const others = liveAfter(withAll, this.words.after, this.now()).filter(
      (entry) => !letsIn(entry, this.words),
    );
    const rivals = await Promise.all(
      others.map(async (entry) => ({
        entry,
        published: await this.desk.isPublished(toRecord(seen, entry)),
      })),
    );
    return rivals.filter(({ entry, published }) => published || !withdrawn.includes(entry));
  }

  private async contend(
    seen: Reading,
    own: DecisionEntry | undefined,
    rivals: readonly Rival[],
  ): Promise<void> {
    const ids = rivals.map(({ entry }) => entry.id);
    const isPublished = own !== undefined && (await this.desk.isPublished(toRecord(seen, own)));
    const isFirst = own !== undefined && ids.every((id) => own.id < id);
    const stands = rivals.find(({ published }) => published);
    const isYounger = own !== undefined && own.id === this.proposal?.id && !isFirst && !isPublished;
    const victor = stands ?? (isYounger ? rivals[0] : undefined);
    if (victor) {
      if (own && !isPublished) await this.desk.withdraw([own.id], seen.page);
      throw otherDecision(this.about(), victor.entry);
    }
    if (this.pauses++ < (isFirst || isPublished ? PAUSES.junior : PAUSES.senior)) {
      return this.desk.options.wait(PAUSE_MS);
    }
    this.pauses = 0;
    await this.desk.withdraw(ids, seen.page);
  }

  private async propose(seen: Reading): Promise<void> {
    if (this.proposal && seen.revoked.has(this.proposal.id)) {
      const found = `that ${this.proposal.id} was withdrawn by another run`;
      throw refusal("withdrawn", this.about(), "that the decision stays", found);
    }
    // A list without it although it is not withdrawn was written over by somebody who read it before.
    this.proposal ??= await this.write(seen);
    await this.desk.attachToAnchor(this.proposal, seen.page);
  }

  private async publish(seen: Reading, own: DecisionEntry): Promise<void> {
    await this.desk.publish(toRecord(seen, own));
    this.published.add(own.id);
  }

  private write({ page }: Reading): Promise<SignedRecord> {
    const { policyFile, lapsesAfter, ...words } = this.words;
    const { service, environment, target } = this.desk.place;
    const decidedOn = this.now();
    const record: Decision = {
      service,
      environment,
      target: target ?? null,
      repository: this.repository,
      ...words,
      trust: this.desk.options.trust.hash,
      decidedOn: decidedOn.toISOString(),
      expires: new Date(decidedOn.getTime() + lapsesAfter).toISOString(),
    };
    const predicate = writeDecision(record, policyFile);
    return this.desk.sign({ type: "vsa", predicate, digest: words.digest, written: record.decidedOn }, page);
  }

  private now(): Date {
    return this.desk.options.now();
  }

  private about(): string {
    return `${this.words.digest} for ${describePlace(this.desk.place)}`;
  }

  private refused(found: string): HistoryError {
    return refusal("other-decision", this.about(), "that nothing else is about to enter there", found);
  }
}

function toRecord({ bundles }: Reading, { id, digest, record }: DecisionEntry): SignedRecord {
  const bundle = bundles.get(id) ?? new Uint8Array();
  return { id, bundle, type: "vsa", digest, written: record.decidedOn };
}
