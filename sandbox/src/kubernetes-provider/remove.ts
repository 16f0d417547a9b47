import { reveal, type DeleteRequest, type Operation } from "@waybill/provider";
import { ApiError } from "./api-error";
import { getObject } from "./apply";
import { isAwaited, timeoutOf } from "./await";
import { awaitGone } from "./gone";
import { parseKind } from "./kind";
import { annotationOf, parseId, type KubeObject } from "./object";
import type { Session } from "./session";
import { readOutputs } from "./state";
import { telling } from "./target";

/** Deletes the object and what it owns, and waits until it is gone; what is gone already is deleted. */
export async function remove(session: Session, request: DeleteRequest, operation: Operation): Promise<void> {
  const gvk = parseKind(operation.type);
  const api = await session.discovery.find(gvk, operation.signal);
  if (api === undefined) return;
  const { inputs } = readOutputs(reveal(request.outputs), reveal(request.inputs));
  const { namespace = session.namespace, name } = parseId(request.id);
  const about = { kind: gvk.kind, metadata: { name, ...(api.namespaced ? { namespace } : {}) } };
  await telling(about, async () => {
    const live = await getObject(session, api, namespace, name, operation.signal);
    if (live === undefined) return;
    const body = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: propagation(inputs) };
    try {
      await session.client.send(
        { method: "DELETE", path: api.pathOf(namespace, name), body },
        operation.signal,
      );
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return;
      throw error;
    }
    if (isAwaited(inputs)) await awaitGone(session, api, live, timeoutOf(inputs, request.timeout), operation);
    operation.progress("");
  });
}

/** Foreground: when the object is gone, so are its pods. */
function propagation(inputs: KubeObject): string {
  const wanted = annotationOf(inputs, "pulumi.com/deletionPropagationPolicy")?.toLowerCase();
  return { orphan: "Orphan", background: "Background" }[wanted ?? ""] ?? "Foreground";
}
