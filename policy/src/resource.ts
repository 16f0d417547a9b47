import { findInResource, type ImageOccurrence, type ImagePath } from "@waybill/core/images";
import { type KubeObject, objectsIn } from "./objects";
import { toPlain } from "./plain";
import { type Pod, podsIn } from "./pods";

/** What Pulumi says of a resource. */
export interface Declared {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: object;
}

/** What every rule looks at: which resource it is, and what is in it. */
export interface Resource extends Declared {
  /** UNKNOWN stands where nobody knows a value yet. */
  readonly props: Readonly<Record<string, unknown>>;
  /** A Patch changes an object that somebody else declares: what it leaves out may be there. */
  readonly isPatch: boolean;
  readonly images: readonly ImageOccurrence[];
  readonly objects: readonly KubeObject[];
  readonly pods: readonly Pod[];
}

/** Found when a rule asks for it, and once: most resources are of no interest to most rules. */
export function lookAt({ type, name, urn, props }: Declared, imagePaths: readonly ImagePath[]): Resource {
  const plain = once(() => toPlain(props) as Record<string, unknown>);
  const images = once(() => findInResource({ type, props: plain() }, imagePaths));
  const objects = once(() => objectsIn(type, plain()));
  const pods = once(() => podsIn(type, plain(), images()));
  return {
    type,
    name,
    urn,
    isPatch: type.startsWith("kubernetes:") && type.endsWith("Patch"),
    get props() {
      return plain();
    },
    get images() {
      return images();
    },
    get objects() {
      return objects();
    },
    get pods() {
      return pods();
    },
  };
}

function once<Value>(find: () => Value): () => Value {
  let found: { readonly value: Value } | undefined;
  return () => (found ??= { value: find() }).value;
}

/** How messages call a resource. */
export function describeResource({ type, name }: Pick<Resource, "type" | "name">): string {
  return `${type.split(":").at(-1) ?? type} ${JSON.stringify(name)}`;
}
