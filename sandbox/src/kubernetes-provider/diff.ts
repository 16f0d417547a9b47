import {
  containsUnknown,
  covers,
  differences,
  parsePath,
  reveal,
  type Change,
  type Diff,
  type DiffRequest,
  type Difference,
  type Operation,
  type Path,
} from "@waybill/provider";
import { ApiError } from "./api-error";
import { apply } from "./apply";
import { needsReplacement } from "./immutable";
import { parseKind, type Gvk } from "./kind";
import { liveInputs } from "./live";
import { isAutonamed } from "./names";
import { nameOf, namespaceOf, type KubeObject } from "./object";
import { fieldManager } from "./ownership";
import type { Session } from "./session";
import { readOutputs } from "./state";

/** What differs between the new inputs and what the last update or refresh saw living. */
export async function diff(session: Session, request: DiffRequest, operation: Operation): Promise<Diff> {
  const gvk = parseKind(operation.type);
  const { live, inputs } = readOutputs(reveal(request.oldOutputs), reveal(request.oldInputs));
  const news = reveal(request.news);
  const found = differences(liveInputs(live, inputs), news).filter(
    ({ path }) => !request.ignoreChanges.some((ignored) => covers(ignored, path)),
  );
  const replaces = needsReplacement(gvk, news, session.settings);
  const known = found.map((change) => ({ ...change, replace: replaces(change.path) }));
  const changes = known.some(({ replace }) => replace)
    ? known
    : await askServer(session, gvk, request, found, operation);
  const replaced = changes.some(({ replace }) => replace);
  return { changes, deleteBeforeReplace: replaced && mustKeepName(news, live) };
}

/** Two objects cannot have one name; a generated one is generated anew. */
function mustKeepName(news: KubeObject, live: KubeObject): boolean {
  return !isAutonamed(news) && nameOf(news) === nameOf(live) && namespaceOf(news) === namespaceOf(live);
}

/** The table knows the usual immutable fields; the API server knows all of them. */
async function askServer(
  session: Session,
  gvk: Gvk,
  request: DiffRequest,
  found: readonly Difference[],
  operation: Operation,
): Promise<readonly Change[]> {
  const news = reveal(request.news);
  if (found.length === 0 || containsUnknown(news)) return found;
  const api = await session.discovery.find(gvk, operation.signal);
  if (api === undefined) return found;
  const manager = fieldManager(operation.urn, news, request.oldOutputs);
  try {
    await apply(
      session,
      api,
      news,
      { manager, dryRun: true, force: true },
      { ...operation, log: () => undefined },
    );
    return found;
  } catch (error) {
    // Any other refusal is the update's own to tell.
    if (!(error instanceof ApiError) || error.immutableFields.length === 0) return found;
    const paths = error.immutableFields.map((field) => parsePath(field) ?? []);
    const hit = ({ path }: Difference) => paths.some((field) => touches(field, path));
    return found.map((change) => ({ ...change, replace: found.some(hit) ? hit(change) : true }));
  }
}

function touches(field: Path, path: Path): boolean {
  return covers(field, path) || covers(path, field);
}
