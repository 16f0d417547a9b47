import { predicateOf, type ReleasedImage, type Report } from "@waybill/core/evidence";
import { type DeploymentEntry, headOf, type History, readHistory } from "@waybill/core/history";
import { parsePinned } from "@waybill/core/image";
import type { Place, Promotion } from "@waybill/core/promotion";
import { prove } from "@waybill/core/proof";
import type { Registry } from "@waybill/core/registry";
import { predicateType } from "@waybill/core/trust";

export interface World {
  readonly registry: Registry;
  readonly promotion: Promotion;
  readonly now: Date;
}

/** What one place runs by its signed history. */
export interface Look {
  readonly place: Place;
  readonly entry: DeploymentEntry | undefined;
  /** Why it must not run, or on what it no longer rests; empty where all is well. */
  readonly alarms: readonly string[];
  /** What would run again after a rollback. */
  readonly rollback: { readonly digest: string; readonly tag: string } | undefined;
}

/** Reads the whole history. */
export async function lookClosely(world: World, repository: string, place: Place): Promise<Look> {
  const { registry, promotion, now } = world;
  const history = await readHistory(registry, repository, place, promotion.trust, now);
  return toLook(world, place, history.head, history);
}

/**
 * Reads the newest record, and what is attached to the image that it names: a few requests for each place. After a change of
 * settings or a rebuild that record does not say which other image ran before; then the whole history is read.
 */
export async function lookQuickly(world: World, repository: string, place: Place): Promise<Look> {
  const { registry, promotion, now } = world;
  const head = await headOf(registry, repository, place, promotion.trust, now);
  const { number, from, image } = head?.record ?? { number: 0 };
  if (number > 0 && (!from || from.digest === image?.digest)) return lookClosely(world, repository, place);
  return toLook(world, place, head, undefined);
}

async function toLook(
  world: World,
  place: Place,
  head: DeploymentEntry | undefined,
  history: History | undefined,
): Promise<Look> {
  if (!head || head.record.kind === "removed") return { place, entry: head, alarms: [], rollback: undefined };
  const { image, from } = head.record;
  const report = await proofOf(world, place, image);
  const before = history
    ? history.deployments.findLast(
        ({ record, revoked }) =>
          record.kind !== "removed" && record.image.digest !== image.digest && revoked === undefined,
      )?.record.image
    : from;
  const rollback =
    before && before.digest !== image.digest ? { digest: before.digest, tag: before.tag } : undefined;
  return { place, entry: head, alarms: alarmsOf(head, report, history), rollback };
}

function proofOf(
  { registry, promotion, now }: World,
  { environment }: Place,
  { repository, digest }: ReleasedImage,
): Promise<Report> {
  return prove(registry, parsePinned(`${repository}@${digest}`), { environment, now }, promotion.trust);
}

function alarmsOf(
  { record, revoked }: DeploymentEntry,
  { blocks, refused, claims }: Report,
  history: History | undefined,
): string[] {
  const withdrawn = refused.some((one) => one.revoked?.id === record.decision);
  const found = history
    ? history.decisions.some(({ id }) => id === record.decision)
    : claims.some((claim) => claim.id === record.decision && predicateOf(claim, "vsa") !== undefined);
  const lost = ["signature", "provenance"].filter(
    (name) =>
      refused.some(
        ({ predicateType: type, error }) => type === predicateType(name) && error.code === "revoked",
      ) && !claims.some((claim) => claim.predicateType === predicateType(name)),
  );
  return [
    ...blocks.map(({ reason, by }) => `BLOCKED by ${by}: ${reason}`),
    ...(revoked === undefined ? [] : [`REVOKED: the record of its deployment: ${revoked}`]),
    ...(record.decision === null || (found && !withdrawn) ? [] : ["REVOKED: its decision no longer counts"]),
    ...lost.map((name) => `REVOKED: its ${name} no longer counts`),
  ];
}
