import {
  ProviderError,
  containsUnknown,
  reveal,
  type CreateRequest,
  type Created,
  type Operation,
  type Values,
} from "@waybill/provider";
import { ApiError } from "./api-error";
import { apply, getObject, tryCreate } from "./apply";
import { timeoutOf } from "./await";
import { missingKind } from "./client";
import type { ApiKind } from "./discovery";
import { awaitGone } from "./gone";
import { apiVersionOf, parseKind, type Gvk } from "./kind";
import { describe, idOf, nameOf, namespaceOf, textAt, type KubeObject } from "./object";
import { fieldManager, isAppliedBy } from "./ownership";
import type { Session } from "./session";
import { guessOf, previewOf } from "./state";
import { placed, settle, telling, type Target } from "./target";

/** Namespaces and definitions that the same update makes may come a little later; as long as the official provider. */
const retryDelays = [1_000, 2_000, 4_000, 8_000];

export async function create(
  session: Session,
  request: CreateRequest,
  operation: Operation,
): Promise<Created> {
  const gvk = parseKind(operation.type);
  if (request.preview) return { id: "", outputs: await preview(session, gvk, request.inputs, operation) };
  const api = await findKind(session, gvk, reveal(request.inputs), operation);
  const target = targetOf(gvk, api, request, operation);
  const { object } = target;
  const applied = await telling(object, async () => {
    await makeWay(session, target, operation);
    return withPatience(session, operation, () =>
      apply(session, api, object, { manager: target.manager, dryRun: false }, operation),
    );
  });
  return { id: idOf(applied), outputs: await settle(session, target, applied, operation) };
}

function targetOf(
  gvk: Gvk,
  api: ApiKind,
  request: Omit<CreateRequest, "preview">,
  operation: Operation,
): Target {
  const inputs = placed(request.inputs, api);
  const object = reveal(inputs);
  return { gvk, api, inputs, object, manager: fieldManager(operation.urn, object), timeout: request.timeout };
}

/** Its own earlier result is found again; a stranger's object is never taken over silently, as it would be deleted
 * with this resource one day. */
async function makeWay(
  session: Session,
  { api, object, manager, timeout }: Target,
  operation: Operation,
): Promise<void> {
  const existing = await getObject(session, api, namespaceOf(object), nameOf(object), operation.signal);
  if (existing === undefined) return;
  if (textAt(existing, "metadata", "deletionTimestamp") !== undefined) {
    return awaitGone(session, api, existing, timeoutOf(object, timeout), operation);
  }
  if (isAppliedBy(manager, existing) || session.settings.upsertExisting) return;
  throw new ProviderError("refused", existsAlready(object));
}

function existsAlready(object: KubeObject) {
  return {
    about: describe(object),
    expected: "a name that is free",
    found: "an object that this resource did not make; it already exists",
    next:
      "Renamed the resource? Give it an alias. Want to adopt the object? `pulumi import`, " +
      "or upsertExistingObjects on the provider. Else choose another name.",
  };
}

async function findKind(
  session: Session,
  gvk: Gvk,
  object: KubeObject,
  operation: Operation,
): Promise<ApiKind> {
  for (const delay of retryDelays) {
    const api = await session.discovery.find(gvk, operation.signal);
    if (api !== undefined) return api;
    operation.progress(`waiting for kind ${gvk.kind} on the API server`);
    await session.clock.sleep(delay, operation.signal);
  }
  throw missingKind(describe(object), gvk, apiVersionOf(gvk));
}

async function withPatience<T>(session: Session, operation: Operation, run: () => Promise<T>): Promise<T> {
  for (const delay of retryDelays) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      operation.progress(`trying again: ${error.message}`);
      await session.clock.sleep(delay, operation.signal);
    }
  }
  return run();
}

/** A dry run on the API server, so that what admission refuses shows already in the preview. */
async function preview(session: Session, gvk: Gvk, inputs: Values, operation: Operation): Promise<Values> {
  if (containsUnknown(inputs)) return guessOf(inputs, true);
  const api = await session.discovery.find(gvk, operation.signal);
  if (api === undefined) return unchecked(session, `kind ${gvk.kind}`, inputs, operation);
  const target = targetOf(gvk, api, { inputs, timeout: undefined }, operation);
  try {
    const existing = await getObject(
      session,
      api,
      namespaceOf(target.object),
      nameOf(target.object),
      operation.signal,
    );
    if (
      existing !== undefined &&
      !isAppliedBy(target.manager, existing) &&
      !session.settings.upsertExisting
    ) {
      // Whether it will be gone until then only the update knows.
      const { found, next } = existsAlready(target.object);
      operation.log("warning", `${describe(target.object)}: found ${found}. ${next}`);
      return guessOf(inputs, true);
    }
    return previewOf(await dryRun(session, target, existing, operation), target.object, true);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.missing !== "namespaces") return telling(target.object, () => Promise.reject(error));
    return unchecked(session, `namespace ${namespaceOf(target.object) ?? ""}`, inputs, operation);
  }
}

async function dryRun(
  session: Session,
  { api, object, manager }: Target,
  existing: KubeObject | undefined,
  operation: Operation,
): Promise<KubeObject> {
  // An object that is there in a create's preview will be replaced: it neither owns fields then nor holds any fast.
  const options = { manager, dryRun: true, ...(existing === undefined ? {} : { force: true }) };
  try {
    return await apply(session, api, object, options, operation);
  } catch (error) {
    const replaced = error instanceof ApiError && error.immutableFields.length > 0 && existing !== undefined;
    if (!replaced) throw error;
    return tryCreate(session, api, object, operation);
  }
}

function unchecked(session: Session, what: string, inputs: Values, operation: Operation): Values {
  if (!session.said.has(what)) {
    session.said.add(what);
    operation.log("info", `The API server cannot check this yet: ${what} does not exist before the update.`);
  }
  return guessOf(inputs, true);
}
