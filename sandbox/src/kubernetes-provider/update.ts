import {
  ProviderError,
  containsUnknown,
  isList,
  isValues,
  reveal,
  valueAt,
  type Operation,
  type Path,
  type UpdateRequest,
  type Value,
  type Values,
} from "@waybill/provider";
import { apply, getObject } from "./apply";
import { missingKind } from "./client";
import { apiVersionOf, parseKind } from "./kind";
import { describe, nameOf, namespaceOf, type KubeObject } from "./object";
import { fieldManager } from "./ownership";
import type { Session } from "./session";
import { guessOf, previewOf } from "./state";
import { placed, settle, telling, type Target } from "./target";

export async function update(
  session: Session,
  request: UpdateRequest,
  operation: Operation,
): Promise<Values> {
  const gvk = parseKind(operation.type);
  if (request.preview && containsUnknown(request.inputs)) return guessOf(request.inputs, false);
  const api = await session.discovery.find(gvk, operation.signal);
  if (api === undefined) throw missingKind(describe(reveal(request.inputs)), gvk, apiVersionOf(gvk));
  const inputs = placed(request.inputs, api);
  const given = reveal(inputs);
  const manager = fieldManager(operation.urn, given, request.oldOutputs);
  const live = await telling(given, () =>
    getObject(session, api, namespaceOf(given), nameOf(given), operation.signal),
  );
  if (live === undefined) throw vanished(given);
  const object = keepIgnored(given, live, request.ignoreChanges);
  const applied = await telling(object, () =>
    apply(session, api, object, { manager, dryRun: request.preview }, operation),
  );
  if (request.preview) return previewOf(applied, object, false);
  const target: Target = { gvk, api, inputs, object, manager, timeout: request.timeout };
  return settle(session, target, applied, operation);
}

function vanished(object: KubeObject): ProviderError {
  return new ProviderError("refused", {
    about: describe(object),
    expected: "the object that the last update left",
    found: "none; it was deleted behind Pulumi's back",
    next: "Run `pulumi refresh`; the next update makes it again.",
  });
}

/** What the user told Pulumi to leave alone is sent as it lives, so that no conflict arises with its true owner. */
function keepIgnored(object: KubeObject, live: KubeObject, ignored: readonly Path[]): KubeObject {
  return ignored.reduce<KubeObject>((kept, path) => {
    const value = valueAt(live, path);
    return value === undefined || path.includes("*") ? kept : (put(kept, path, value) as KubeObject);
  }, object);
}

function put(value: Value | undefined, [step, ...rest]: Path, leaf: Value): Value {
  if (step === undefined) return leaf;
  if (typeof step === "number") {
    const list = isList(value) ? value : [];
    return list.map((element, i) => (i === step ? put(element, rest, leaf) : element));
  }
  const object = isValues(value) ? value : {};
  return { ...object, [step]: put(object[step], rest, leaf) };
}
