import { checkPredicate, type Deployment } from "../evidence";
import type { Digest } from "../image";
import type { Place } from "../promotion";
import type { Registry } from "../registry";
import type { Signing } from "../signer";
import { predicateType } from "../trust";
import { describePlace, pageOf } from "./anchor";
import { assertHead } from "./chain";
import { refusal } from "./error";
import { type Reading, repositoryOf } from "./read";
import type { DeploymentEntry, History } from "./types";
import { Desk, type SignedRecord, type Writing } from "./write";

/** What a deployment says, but for what only the history and the clock know. */
export interface DeploymentWords extends Omit<
  Deployment,
  "service" | "environment" | "target" | "number" | "previous" | "from" | "finishedOn"
> {
  /** Id of the deployment before it; null for the first. */
  readonly after: string | null;
}

export interface Deployed {
  readonly entry: DeploymentEntry;
  /** The manifest that attaches it to the anchor. */
  readonly referrer: Digest;
  /** False where it had been recorded before. */
  readonly added: boolean;
}

const MOST_LOOKS = 5;

/**
 * Records that something came to run, once it does. Who repeats it finds the earlier record and adds nothing. It is read back: where
 * another record names the same predecessor and stands by the fixed rule, this one is refused.
 */
export async function deploy(
  registry: Registry,
  repository: string,
  place: Place,
  words: DeploymentWords,
  signing: Signing,
  options: Writing,
): Promise<Deployed> {
  const desk = new Desk(registry, repositoryOf(repository), place, signing, options);
  let proposal: SignedRecord | undefined;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const seen = await desk.look();
    const entry = seen.history.deployments.find((one) => isSame(one, words));
    if (entry) return finish(desk, seen, entry, entry.id === proposal?.id);
    assertNotBeside(seen.history, words);
    assertHead(seen.history, words.after);
    assertDecided(seen.history, words);
    proposal ??= await write(desk, seen, words);
    await desk.attachToAnchor(proposal, seen.page);
  }
  throw refusal(
    "fork",
    `Record of ${words.image.digest}`,
    "to find it in the history",
    "a history without it",
  );
}

/** Records that what runs by a record is taken away; nothing where that record is not the newest one any more. */
export async function remove(
  registry: Registry,
  repository: string,
  place: Place,
  id: string,
  signing: Signing,
  options: Writing,
): Promise<Deployed | undefined> {
  const desk = new Desk(registry, repositoryOf(repository), place, signing, options);
  const { head } = (await desk.look()).history;
  if (head?.id !== id || head.record.kind === "removed") return undefined;
  const words = { ...head.record, kind: "removed", after: id } as const;
  return deploy(registry, repository, place, words, signing, options);
}

/** The anchor's copy counts for the history; the image's copy lets one find the history from the image. */
async function finish(
  desk: Desk,
  { bundles }: Reading,
  entry: DeploymentEntry,
  added: boolean,
): Promise<Deployed> {
  const record = toRecord(entry, bundles.get(entry.id) ?? new Uint8Array());
  await desk.publish(record);
  return { entry, referrer: desk.referrerAtAnchor(record, pageOf(entry.record.number)), added };
}

function isSame(
  { record, revoked }: DeploymentEntry,
  { after, image, config, kind }: DeploymentWords,
): boolean {
  return (
    revoked === undefined &&
    record.previous === after &&
    record.image.digest === image.digest &&
    record.config === config &&
    record.kind === kind
  );
}

function assertNotBeside({ forks, deployments, place }: History, words: DeploymentWords): void {
  const own = forks.find((one) => isSame(one, words));
  if (!own) return;
  const winner = deployments.find(({ record }) => record.previous === words.after);
  throw refusal(
    "fork",
    `Record ${own.id} of ${describePlace(place)}`,
    `that it stands alone after ${words.after ?? "no deployment"}`,
    winner
      ? `${winner.id} (${winner.record.image.digest}), which counts`
      : "a history that does not reach it",
  );
}

/** What was let in by a decision must be what it let in; a stack that says otherwise was edited. */
function assertDecided(
  { decisions, place }: History,
  { decision, kind, image, config, after }: DeploymentWords,
): void {
  if (decision === null || kind === "removed") return;
  const about = `Record of ${image.digest} in ${describePlace(place)}`;
  const found = decisions.find(({ id }) => id === decision);
  if (!found) throw refusal("decision-missing", about, `the decision ${decision}`, "none that counts");
  const { record } = found;
  const isFollowing = record.after === after || (kind !== "promoted" && kind !== "configured");
  if (record.digest === image.digest && record.config === config && isFollowing) return;
  throw refusal(
    "decision-missing",
    about,
    `a decision for it with settings ${config}, after ${after ?? "no deployment"}`,
    `one for ${record.digest} with settings ${record.config}, after ${record.after ?? "no deployment"}`,
  );
}

function write(
  desk: Desk,
  { history, page }: Reading,
  { after, ...words }: DeploymentWords,
): Promise<SignedRecord> {
  const { head, deployments } = history;
  const { service, environment, target } = desk.place;
  const before = head?.record.kind === "removed" ? undefined : head?.record.image;
  const record: Deployment = {
    ...words,
    service,
    environment,
    target: target ?? null,
    number: deployments.length,
    previous: after,
    from: before ? { digest: before.digest, tag: before.tag } : null,
    finishedOn: desk.options.now().toISOString(),
  };
  const { image, finishedOn, number } = record;
  checkPredicate(`record of ${image.digest}`, predicateType("deployment"), record);
  return desk.sign(
    { type: "deployment", predicate: record, digest: image.digest, written: finishedOn, number },
    page,
  );
}

function toRecord({ id, record }: DeploymentEntry, bundle: Uint8Array): SignedRecord {
  const { image, finishedOn, number } = record;
  return { id, bundle, type: "deployment", digest: image.digest, written: finishedOn, number };
}
