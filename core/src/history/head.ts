import type { Place } from "../promotion";
import { collectFrom } from "../proof";
import type { Descriptor, Registry, Repository, Waiting } from "../registry";
import { predicateType, type Trust } from "../trust";
import { anchorOf, PAGE } from "./anchor";
import { judgePage, pinnedAt, readHistory, repositoryOf } from "./read";
import { readDeployment } from "./record";
import type { DeploymentEntry } from "./types";

/**
 * The newest record of a place for a few requests, to be shown. What it says is signed; that none is newer is only as true
 * as the registry's list, whose annotations nobody signs. So what is decided is decided on `readHistory`, and where the
 * annotations do not look like those of one chain, this is that too.
 */
export async function headOf(
  registry: Registry,
  repository: string,
  place: Place,
  trust: Trust,
  now: Date,
  waiting: Waiting = {},
): Promise<DeploymentEntry | undefined> {
  const where = repositoryOf(repository);
  let last: { readonly page: number; readonly list: readonly Descriptor[] } | undefined;
  for (let page = 0; ; page++) {
    const { digest } = anchorOf(place, page);
    const { referrers: list } = await registry.listReferrers(where, digest, waiting);
    if (page === 0 || list.length > 0) last = { page, list };
    if (!list.some((one) => numberOf(one) === (page + 1) * PAGE - 1)) break;
  }
  const wanted = last && newestOf(last.list, last.page);
  if (wanted?.length === 0) return undefined;
  const found =
    wanted && last && (await read(registry, where, place, trust, now, last.page, wanted, waiting));
  return found ?? (await readHistory(registry, repository, place, trust, now, waiting)).head;
}

/** The newest one, and all that may revoke it; undefined where the list is not that of one chain. */
function newestOf(list: readonly Descriptor[], page: number): readonly Descriptor[] | undefined {
  const deployments = list.filter((one) => typeOf(one) === predicateType("deployment"));
  const inOrder = [...deployments].sort((one, other) => numberOf(one) - numberOf(other));
  const isChain = inOrder.every((one, index) => numberOf(one) === page * PAGE + index);
  const isKnown = list.every((one) => typeOf(one) !== undefined);
  if (!isChain || !isKnown || (page > 0 && deployments.length === 0)) return undefined;
  const newest = inOrder.at(-1);
  return newest ? [newest, ...list.filter((one) => typeOf(one) === predicateType("revocation"))] : [];
}

async function read(
  registry: Registry,
  where: Repository,
  place: Place,
  trust: Trust,
  now: Date,
  page: number,
  wanted: readonly Descriptor[],
  waiting: Waiting,
): Promise<DeploymentEntry | undefined> {
  const anchor = pinnedAt(where, anchorOf(place, page).digest);
  const { pieces } = await collectFrom(registry, anchor, wanted, waiting);
  const { told } = judgePage(pieces, where, place, page, trust, now);
  const [entry, ...more] = told.flatMap((claim) => readDeployment(claim, place) ?? []);
  const hint = wanted[0] && numberOf(wanted[0]);
  return more.length === 0 && entry?.record.number === hint ? entry : undefined;
}

function typeOf({ annotations }: Descriptor): string | undefined {
  return annotations?.["dev.sigstore.bundle.predicateType"];
}

function numberOf({ annotations }: Descriptor): number {
  const text = annotations?.["dev.waybill.number"] ?? "";
  return /^\d{1,9}$/.test(text) ? Number(text) : NaN;
}
