import type { JsonSchema } from "../../schema";

/** Building stones of the predicates' schemas. Unknown fields are ignored (in-toto, "parsing rules"), known ones are checked. */
export const text = { type: "string", minLength: 1 };
export const uri = { type: "string", format: "uri" };
export const time = { type: "string", format: "date-time" };

export function object(
  required: readonly string[],
  properties: Readonly<Record<string, object>>,
): JsonSchema {
  return { type: "object", required, properties };
}

export function list(items: object): JsonSchema {
  return { type: "array", items };
}

export const digestSet = { type: "object", additionalProperties: text };

/** in-toto, resource_descriptor.md; `null` lists and empty objects come from Go. */
export const resource = object([], {
  name: { type: "string" },
  uri: { type: "string" },
  digest: digestSet,
  annotations: { type: ["object", "null"] },
});

export interface Resource {
  readonly name?: string;
  readonly uri?: string;
  readonly digest?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, unknown>> | null;
}
