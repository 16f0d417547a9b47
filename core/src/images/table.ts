import { CORE_ROWS } from "./rows/core";
import { BATCH_ROWS } from "./rows/batch";
import { DELIVERY_ROWS } from "./rows/delivery";
import { OPERATOR_ROWS } from "./rows/operators";
import { PLATFORM_ROWS } from "./rows/platform";
import type { ImageField } from "./rows/row";

export type { Form, ImageField } from "./rows/row";
export { podSpecFields } from "./rows/row";

/** What a kind is called, as in every Kubernetes object. */
export interface ObjectKind {
  readonly apiVersion: string;
  readonly kind: string;
}

const FIELDS = new Map(
  [...CORE_ROWS, ...BATCH_ROWS, ...DELIVERY_ROWS, ...PLATFORM_ROWS, ...OPERATOR_ROWS].flatMap(
    ({ groups, kinds, fields }) =>
      groups.flatMap((group) => kinds.map((kind) => [`${group}/${kind}`, fields] as const)),
  ),
);

/** The image fields of a kind, in any of its versions; undefined for a kind that the table does not know. */
export function imageFieldsOf({ apiVersion, kind }: ObjectKind): readonly ImageField[] | undefined {
  return FIELDS.get(`${groupOf(apiVersion)}/${kind}`);
}

/** Every group and kind that the table knows, those without images too. */
export function knownKinds(): {
  readonly group: string;
  readonly kind: string;
  readonly fields: readonly ImageField[];
}[] {
  return [...FIELDS].map(([name, fields]) => {
    const slash = name.indexOf("/");
    return { group: name.slice(0, slash), kind: name.slice(slash + 1), fields };
  });
}

export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}
