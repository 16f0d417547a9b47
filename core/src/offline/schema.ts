import type { JsonSchema } from "../schema";
import { MOST } from "./limits";

const text = { type: "string" };
const nullable = { type: ["string", "null"] };
const digest = { type: "string", pattern: "^sha256:[0-9a-f]{64}$" };
const base64 = { description: "base64", type: "string", pattern: "^[A-Za-z0-9+/]*={0,2}$" };
const time = {
  description: "RFC 3339, in UTC.",
  type: "string",
  pattern: "^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$",
};

const object = (properties: object): JsonSchema => ({
  type: "object",
  required: Object.keys(properties),
  additionalProperties: false,
  properties,
});
const list = (items: object, maxItems: number): JsonSchema => ({ type: "array", maxItems, items });
const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [{ type: "null" }, schema] });

const problem = object({ code: text, about: text, expected: text, found: text, next: text });

/** As `waybill verify --json` prints it. */
export const judgementSchema: JsonSchema = object({
  image: text,
  environment: nullable,
  required: list(text, 64),
  at: time,
  trust: digest,
  verdict: { enum: ["yes", "no"] },
  reasons: list(problem, 64),
  blocks: list(object({ reason: text, by: text, at: text }), 2 * MOST.pieces),
  evidence: list(
    object({
      id: nullable,
      predicateType: nullable,
      signer: orNull(object({ issuer: nullable, identity: text })),
      time: nullable,
      attached: nullable,
      trustedAs: list(text, 1000),
      logged: { type: "boolean" },
      source: text,
      refusal: orNull(problem),
    }),
    2 * MOST.pieces,
  ),
});

/** Evidence in one file, version 1. */
export const exportSchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "evidence export",
  description:
    "All that is needed to verify an image with no network. The file is canonical JSON (RFC 8785) and a line feed.",
  ...object({
    digest: { ...digest, description: "Of the content in canonical JSON: the file's name for itself." },
    content: object({
      mediaType: { const: "application/vnd.waybill.evidence-export.v1+json" },
      manifests: {
        ...list(object({ digest: text, mediaType: text, bytes: base64 }), MOST.manifests),
        description: "The image's own manifest first, then those that it names.",
        minItems: 1,
      },
      evidence: {
        ...list(object({ source: text, referrer: text, attached: nullable, bundle: base64 }), MOST.pieces),
        description: "Every sigstore bundle that is attached to the image, also those that do not count.",
      },
      trust: {
        ...object({ file: text, hash: digest, document: { type: "object" } }),
        description: "The trust policy with its roots and keys inside.",
      },
      judgement: judgementSchema,
    }),
  }),
};
