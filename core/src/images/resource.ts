import { findImages, findInFields, type ImagePath } from "./find";
import { type ImageOccurrence, occurrence, oncePerPath, UNKNOWN } from "./occurrence";
import { isObject } from "./path";
import { RESOURCE_FIELDS } from "./rows/resources";
import { imageFieldsOf, type ObjectKind } from "./table";

/** A Pulumi resource: its type, and its properties as plain values with UNKNOWN for what is not known yet. */
export interface ResourceProps {
  readonly type: string;
  readonly props: unknown;
}

/** Every image of a Pulumi resource; none for a type that carries none. */
export function findInResource(
  { type, props }: ResourceProps,
  configured: readonly ImagePath[] = [],
): ImageOccurrence[] {
  const fields = RESOURCE_FIELDS[type.replace(/^(azure-native:\w+)\/v\w+:/, "$1:")];
  if (fields) return props === UNKNOWN ? [occurrence("", UNKNOWN)] : findInFields(props, "", fields);
  const [provider, module = "", token = ""] = type.split(":");
  if (provider !== "kubernetes" || OTHER_MODULES.has(module)) return [];
  const object = isObject(props) ? props : {};
  return oncePerPath(kindsOf(module, token, object).flatMap((kind) => findImages(kind, props, configured)));
}

/** Resources of the provider that are no Kubernetes objects: their children are checked by themselves. */
const OTHER_MODULES = new Set([
  "helm.sh/v2",
  "helm.sh/v3",
  "helm.sh/v4",
  "kustomize",
  "kustomize/v2",
  "yaml",
  "yaml/v2",
]);

/** The type's name and the object's own words may differ, by a trick or because a DeploymentPatch is a Deployment: both count. */
function kindsOf(module: string, token: string, { apiVersion, kind }: Record<string, unknown>): ObjectKind[] {
  const version = module.replace(/^core\//, "");
  const ofType = { apiVersion: version, kind: token };
  const patched = { apiVersion: version, kind: token.replace(/Patch$/, "") };
  const byType = imageFieldsOf(ofType) ? ofType : patched;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return [byType];
  return apiVersion === byType.apiVersion && kind === byType.kind ? [byType] : [byType, { apiVersion, kind }];
}
