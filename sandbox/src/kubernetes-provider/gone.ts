import { ProviderError, type Operation } from "@waybill/provider";
import { getObject } from "./apply";
import type { ApiKind } from "./discovery";
import { describe, listAt, nameOf, namespaceOf, textAt, uidOf, type KubeObject } from "./object";
import type { Session } from "./session";

const pause = 300;

/** Waits until an object that is being deleted is gone, or another one has its name. */
export async function awaitGone(
  session: Session,
  api: ApiKind,
  object: KubeObject,
  seconds: number,
  operation: Operation,
): Promise<void> {
  const deadline = session.clock.now() + seconds * 1_000;
  for (;;) {
    const live = await getObject(session, api, namespaceOf(object), nameOf(object), operation.signal);
    if (live === undefined || (uidOf(object) !== undefined && uidOf(live) !== uidOf(object))) return;
    const left = whatIsLeft(live);
    if (session.clock.now() >= deadline) throw stuck(object, seconds, left);
    operation.progress(`being deleted; ${left}`);
    await session.clock.sleep(pause, operation.signal);
  }
}

function whatIsLeft(live: KubeObject): string {
  const conditions = listAt(live, "status", "conditions")
    .filter((one) => textAt(live, "kind") === "Namespace" && textAt(one, "status") === "True")
    .map((one) => textAt(one, "message") ?? "");
  const finalizers = [...listAt(live, "metadata", "finalizers"), ...listAt(live, "spec", "finalizers")];
  return [
    ...conditions,
    `finalizers left: ${finalizers.map((one) => JSON.stringify(one)).join(", ") || "none"}`,
  ].join("; ");
}

function stuck(object: KubeObject, seconds: number, left: string): ProviderError {
  return new ProviderError("failed", {
    about: describe(object),
    expected: `to be gone within ${seconds} s`,
    found: left,
    next: "Remove what holds it, or give it more time with customTimeouts.",
  });
}
