import type { Operation } from "@waybill/provider";
import { ApiError } from "./api-error";
import type { ApiAnswer, ApiRequest } from "./client";
import type { ApiKind } from "./discovery";
import { annotationOf, nameOf, namespaceOf, withMetadata, without, type KubeObject } from "./object";
import { onlyChangedByHand } from "./ownership";
import type { Session } from "./session";

export interface ApplyOptions {
  readonly manager: string;
  readonly dryRun: boolean;
  /** Take fields over from whoever owns them. */
  readonly force?: boolean;
}

/** A change that is cut off half-way is one that nobody knows of; it is short, so a cancelled update lets it end. */
const uninterrupted = new AbortController().signal;

/** Server-side apply: makes the object, or makes it what the inputs say. */
export async function apply(
  session: Session,
  api: ApiKind,
  object: KubeObject,
  options: ApplyOptions,
  operation: Operation,
): Promise<KubeObject> {
  operation.signal.throwIfAborted();
  const signal = options.dryRun ? operation.signal : uninterrupted;
  const force = options.force ?? isForced(session, object);
  const request = (forced: boolean): ApiRequest => ({
    method: "PATCH",
    path: api.pathOf(namespaceOf(object), nameOf(object)),
    query: {
      fieldManager: options.manager,
      force: String(forced),
      fieldValidation: "Warn",
      ...dryRun(options),
    },
    body: object,
  });
  try {
    return heed(await session.client.send(request(force), signal), operation);
  } catch (error) {
    if (!(error instanceof ApiError) || !onlyChangedByHand(error)) throw error;
    return heed(await session.client.send(request(true), signal), operation);
  }
}

/** A dry run of a create beside the existing object, under a name that the server makes up. */
export async function tryCreate(
  session: Session,
  api: ApiKind,
  object: KubeObject,
  operation: Operation,
): Promise<KubeObject> {
  const nameless = withMetadata(object, (metadata) => ({
    ...without(metadata, "name"),
    generateName: `${nameOf(object)}-`,
  }));
  const path = api.pathOf(namespaceOf(object));
  const query = { fieldValidation: "Warn", dryRun: "All" };
  const answer = await session.client.send({ method: "POST", path, query, body: nameless }, operation.signal);
  return withMetadata(heed(answer, operation), (metadata) => ({ ...metadata, name: nameOf(object) }));
}

export async function getObject(
  session: Session,
  api: ApiKind,
  namespace: string | undefined,
  name: string,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    return (await session.client.send({ method: "GET", path: api.pathOf(namespace, name) }, signal)).object;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

function isForced({ settings }: Session, object: KubeObject): boolean {
  return settings.patchForce || annotationOf(object, "pulumi.com/patchForce") === "true";
}

function dryRun({ dryRun }: ApplyOptions): { dryRun?: string } {
  return dryRun ? { dryRun: "All" } : {};
}

function heed({ object, warnings }: ApiAnswer, operation: Operation): KubeObject {
  for (const warning of new Set(warnings)) operation.log("warning", warning);
  return object;
}
