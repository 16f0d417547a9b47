import type { Values } from "@waybill/provider";
import { listAt, objectAt, textAt, type KubeObject } from "../object";

/** Why an object is not ready yet. */
export interface Waiting {
  readonly message: string;
  /** What stands in the way, found in its pods and events. */
  readonly reasons?: readonly string[];
  /** Waiting longer will not help. */
  readonly failed?: boolean;
}

/** Answers undefined when the object is ready. */
export type Assess = (live: KubeObject, look: Look) => Promise<Waiting | undefined>;

/** Looks at what belongs to an object. */
export interface Look {
  readonly namespace: string;
  /** The items of a list, by the list's path on the API server. */
  list(path: string, query?: Readonly<Record<string, string>>): Promise<readonly KubeObject[]>;
}

export function conditionOf(object: KubeObject, type: string): Values | undefined {
  const found = listAt(object, "status", "conditions").find((one) => textAt(one, "type") === type);
  return found === undefined ? undefined : objectAt(found);
}

export function isTrue(object: KubeObject, condition: string): boolean {
  return textAt(conditionOf(object, condition), "status") === "True";
}

export function ownedBy(uid: string | undefined): (object: KubeObject) => boolean {
  return (object) =>
    listAt(object, "metadata", "ownerReferences").some((owner) => textAt(owner, "uid") === uid);
}

/** The status is about an older spec until the controller has seen the new one. */
export function isObserved(object: KubeObject): boolean {
  const generation = (path: string, key: string) => Number(objectAt(object, path)[key] ?? 0);
  return generation("status", "observedGeneration") >= generation("metadata", "generation");
}

/** What the API server, an admission rule or a quota said to a controller about pods that it wanted to make. */
export async function warningEvents(uid: string | undefined, look: Look): Promise<readonly KubeObject[]> {
  const fieldSelector = `involvedObject.uid=${uid ?? ""},type=Warning`;
  return look.list(`/api/v1/namespaces/${look.namespace}/events`, { fieldSelector });
}

export async function failedCreates(owner: KubeObject, look: Look): Promise<readonly string[]> {
  const events = await warningEvents(textAt(owner, "metadata", "uid"), look);
  const messages = events
    .filter((event) => textAt(event, "reason") === "FailedCreate")
    .map((event) => textAt(event, "message") ?? "");
  return [...new Set(messages)].slice(-3);
}
