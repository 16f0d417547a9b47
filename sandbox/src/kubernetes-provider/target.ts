import { PartialFailure, isValues, type Operation, type Values } from "@waybill/provider";
import { ApiError, refused } from "./api-error";
import { awaitReady } from "./await";
import type { ApiKind } from "./discovery";
import type { Gvk } from "./kind";
import { describe, idOf, withMetadata, without, type KubeObject } from "./object";
import type { Session } from "./session";
import { outputsOf } from "./state";

/** One object on its way to the API server. */
export interface Target {
  readonly gvk: Gvk;
  readonly api: ApiKind;
  /** As the program gave it, secrets marked. */
  readonly inputs: Values;
  /** The same, as the API server gets it. */
  readonly object: KubeObject;
  readonly manager: string;
  readonly timeout: number | undefined;
}

/** Where a kind turned out to have no namespace after all, the default one is taken out again. */
export function placed(inputs: Values, api: ApiKind): Values {
  return api.namespaced || !isValues(inputs["metadata"])
    ? inputs
    : withMetadata(inputs, (metadata) => without(metadata, "namespace"));
}

/** Waits for what was applied; what does not get ready is stored all the same, with the reasons. */
export async function settle(
  session: Session,
  target: Target,
  applied: KubeObject,
  operation: Operation,
): Promise<Values> {
  const { object: inputs, gvk, api, timeout, manager } = target;
  const { live, reasons } = await awaitReady(session, { gvk, api, inputs, timeout }, applied, operation);
  const outputs = outputsOf(live, target.inputs, gvk, manager);
  operation.progress("");
  if (reasons.length === 0) return outputs;
  const [first = "", ...more] = reasons;
  throw new PartialFailure(idOf(live), outputs, [`${describe(live)}: ${first}`, ...more]);
}

/** Runs a request; what the API server refuses is told in terms of the object. */
export async function telling<T>(object: KubeObject, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof ApiError ? refused(describe(object), error) : error;
  }
}
