import type { JsonSchema } from "../schema";

const text = { type: "string", minLength: 1 };
const hash = { type: "string", pattern: "^sha256:[0-9a-f]{64}$" };
const orNull = (schema: object): object => ({ anyOf: [schema, { type: "null" }] });
/** As `Date` writes it, so that what is compared as text compares as time. */
const time = { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$" };
const ids = { type: "array", items: hash };

const properties = {
  service: text,
  environment: text,
  target: orNull(text),
  digest: { type: "string", pattern: "^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$" },
  repository: text,
  config: hash,
  after: orNull(hash),
  policy: hash,
  trust: hash,
  verdicts: {
    type: "array",
    items: {
      type: "object",
      required: ["gate", "pass", "reason", "evidence", "next", "override"],
      properties: {
        gate: text,
        pass: { type: "boolean" },
        reason: text,
        evidence: ids,
        next: { type: "string" },
        override: orNull(hash),
      },
    },
  },
  overrides: ids,
  decidedOn: time,
  expires: time,
  by: orNull({ type: "string" }),
  change: orNull({ type: "string" }),
};

/** The field `waybill_decision` of a verification summary; unknown fields are ignored, as in all of its kind. */
export const decisionSchema: JsonSchema = { type: "object", required: Object.keys(properties), properties };
