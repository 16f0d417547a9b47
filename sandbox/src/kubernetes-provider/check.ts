import {
  containsUnknown,
  isList,
  isValues,
  reveal,
  type CheckFailure,
  type Checked,
  type CheckRequest,
  type Operation,
  type Value,
  type Values,
} from "@waybill/provider";
import { apiVersionOf, parseKind, type Gvk } from "./kind";
import { assignName } from "./names";
import { annotationOf, withMetadata, without, type KubeObject } from "./object";
import type { Session } from "./session";
import { keepDataSecret } from "./state";

/** Set by the API server alone; a program gets them in with an object that it read. */
const readOnly = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];
/** Annotations by which the official provider waits and replaces in ways that the stand-in does not know. */
const unserved = ["pulumi.com/waitFor", "pulumi.com/replaceUnready"];

export async function check(session: Session, request: CheckRequest, operation: Operation): Promise<Checked> {
  const gvk = parseKind(operation.type);
  const news = withoutNulls(reveal(request.news));
  const typed: KubeObject = { apiVersion: apiVersionOf(gvk), kind: gvk.kind, ...news };
  const clean =
    metadataOf(typed) === undefined
      ? typed
      : withMetadata(typed, (metadata) => without(metadata, ...readOnly));
  const { object, failures } = assignName(clean, reveal(request.olds), operation.name, request);
  const placed = await withNamespace(session, gvk, object, operation);
  return {
    inputs: keepDataSecret(placed),
    failures: [...failures, ...kindFailures(gvk, typed), ...annotationFailures(placed)],
  };
}

function metadataOf(object: KubeObject): Values | undefined {
  const metadata = object["metadata"] ?? {};
  return isValues(metadata) ? metadata : undefined;
}

async function withNamespace(
  session: Session,
  gvk: Gvk,
  object: KubeObject,
  { signal }: Operation,
): Promise<KubeObject> {
  const metadata = metadataOf(object);
  if (metadata === undefined || "namespace" in metadata) return object;
  const api = await session.discovery.find(gvk, signal);
  // A kind that is not installed yet most probably has namespaces; the create corrects it.
  if (api?.namespaced === false) return object;
  return withMetadata(object, (given) => ({ ...given, namespace: session.namespace }));
}

function kindFailures(gvk: Gvk, object: KubeObject): readonly CheckFailure[] {
  const expected = { apiVersion: apiVersionOf(gvk), kind: gvk.kind };
  return Object.entries(expected).flatMap(([key, value]) => {
    const found = object[key] ?? null;
    if (found === value || containsUnknown(found)) return [];
    return [
      {
        path: [key],
        reason: `expected ${value} from the resource's type, found ${JSON.stringify(found)}`,
      },
    ];
  });
}

function annotationFailures(object: KubeObject): readonly CheckFailure[] {
  return unserved
    .filter((key) => annotationOf(object, key) !== undefined)
    .map((key) => ({
      path: ["metadata", "annotations", key],
      reason: "the stand-in for the Kubernetes provider does not serve this annotation; leave it out",
    }));
}

/** In an apply, null and absent mean the same; in a diff they must not differ. */
function withoutNulls(values: Values): Values {
  const entries = Object.entries(values).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([key, value]) => [key, clean(value)]));
}

function clean(value: Value): Value {
  if (isList(value)) return value.map(clean);
  return isValues(value) ? withoutNulls(value) : value;
}
