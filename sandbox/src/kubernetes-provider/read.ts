import {
  PartialFailure,
  reveal,
  type Found,
  type Operation,
  type ReadRequest,
  type Values,
} from "@waybill/provider";
import { getObject } from "./apply";
import { assess, isAwaited } from "./await";
import { parseKind } from "./kind";
import { liveInputs } from "./live";
import { describe, isEmptyObject, objectAt, parseId, withMetadata, without, type KubeObject } from "./object";
import { fieldManager } from "./ownership";
import type { Session } from "./session";
import { keepDataSecret, outputsOf } from "./state";
import { telling } from "./target";

/** Refresh and import. */
export async function read(
  session: Session,
  request: ReadRequest,
  operation: Operation,
): Promise<Found | undefined> {
  const gvk = parseKind(operation.type);
  const api = await session.discovery.find(gvk, operation.signal);
  // A kind that is gone took its objects with it.
  if (api === undefined) return undefined;
  const { namespace = session.namespace, name } = parseId(request.id);
  const about = { kind: gvk.kind, metadata: { name } };
  const live = await telling(about, () => getObject(session, api, namespace, name, operation.signal));
  if (live === undefined) return undefined;
  const known = request.inputs !== undefined && Object.keys(request.inputs).length > 0;
  const plain = known ? liveInputs(live, reveal(request.inputs)) : importedInputs(live);
  const inputs = keepDataSecret(plain);
  const outputs = outputsOf(live, inputs, gvk, fieldManager(operation.urn, plain, request.outputs));
  // An import is not asked whether it is well.
  const reasons = known && isAwaited(plain) ? await assess(session, gvk, live, operation.signal) : [];
  if (reasons.length === 0) return { id: request.id, inputs, outputs };
  const [first = "", ...more] = reasons;
  throw new PartialFailure(request.id, outputs, [`${describe(live)}: ${first}`, ...more], inputs);
}

const serverMade = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid", "selfLink"];
const serverNotes = ["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"];

/** All that a program could have written. */
function importedInputs(live: KubeObject): KubeObject {
  return withMetadata(without(live, "status"), (metadata) => {
    const annotations: Values = without(objectAt(metadata, "annotations"), ...serverNotes);
    const kept = without(metadata, ...serverMade, "annotations");
    return isEmptyObject(annotations) ? kept : { ...kept, annotations };
  });
}
