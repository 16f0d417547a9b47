import { findImages, type ImageOccurrence, imageFieldsOf, type ObjectKind } from "@waybill/core/images";
import { toPlain } from "./plain";

/** What every rule looks at: the part of Pulumi's arguments that tells which resource it is and what is in it. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/** The images of a Kubernetes resource; none for any other. */
export function imagesOf({ type, props }: Resource): ImageOccurrence[] {
  const [provider, module = "", token = ""] = type.split(":");
  if (provider !== "kubernetes") return [];
  const object = toPlain(props) as Record<string, unknown>;
  const found = kindsOf(module, token, object).flatMap((kind) => findImages(kind, object));
  const guesses = found.filter(({ guessed }) => guessed);
  const known = found.filter(({ guessed }) => !guessed);
  return [...new Map([...guesses, ...known].map((occurrence) => [occurrence.path, occurrence])).values()];
}

/** The type's name and the object's own words may differ, by a trick or because a DeploymentPatch is a Deployment: both count. */
function kindsOf(module: string, token: string, { apiVersion, kind }: Record<string, unknown>): ObjectKind[] {
  const version = module.replace(/^core\//, "");
  const ofType = { apiVersion: version, kind: token };
  const patched = { apiVersion: version, kind: token.replace(/Patch$/, "") };
  const byType = imageFieldsOf(ofType) ? ofType : patched;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return [byType];
  return apiVersion === byType.apiVersion && kind === byType.kind ? [byType] : [byType, { apiVersion, kind }];
}

/** How messages call a resource. */
export function describeResource({ type, name }: Pick<Resource, "type" | "name">): string {
  return `${type.split(":").at(-1) ?? type} ${JSON.stringify(name)}`;
}
