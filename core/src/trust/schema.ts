import type { JsonSchema } from "../schema";
import { CERTIFICATE_CLAIMS } from "./identity";

const text = { type: "string", minLength: 1, maxLength: 2048 };
const name = { type: "string", pattern: "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$" };
const time = {
  description: "RFC 3339, in UTC.",
  type: "string",
  pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$",
};
const digest = { type: "string", pattern: "^sha256:[0-9a-f]{64}$" };
const why = { reason: text, by: text, at: time };

const signer: JsonSchema = {
  type: "object",
  required: ["name", "may"],
  additionalProperties: false,
  properties: {
    name,
    key: {
      description: "A public key, as PEM.",
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
      properties: { file: text, pem: text },
    },
    issuer: { ...text, description: "Who issued the token that the certificate was issued for; whole." },
    identity: { ...text, description: "The subject alternative name of the certificate; whole." },
    identityPattern: {
      ...text,
      maxLength: 512,
      description:
        "Instead of identity: * stands for a run without / and @, ** for any run. It matches the whole name.",
    },
    certificate: {
      description: "What else the certificate must say.",
      type: "object",
      additionalProperties: false,
      properties: Object.fromEntries(Object.keys(CERTIFICATE_CLAIMS).map((claim) => [claim, text])),
    },
    root: {
      ...name,
      description: "The sigstore instance; for a key, the one whose log and timestamps count.",
    },
    log: {
      description: "For a key with a root: whether each signature must stand in its transparency log.",
      enum: ["required", "optional"],
    },
    may: {
      description: "Which predicate types it may say, for which environments.",
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["say", "for"],
        additionalProperties: false,
        properties: {
          say: { type: "array", minItems: 1, items: text },
          for: { type: "array", minItems: 1, items: name },
        },
      },
    },
    from: { ...time, description: "What it signed before counts as untrusted." },
    until: { ...time, description: "What it signed after counts as untrusted." },
    compromised: {
      ...time,
      description: "From when on others may sign in its name; earlier evidence stays valid.",
    },
  },
  oneOf: [
    {
      required: ["key"],
      properties: { issuer: false, identity: false, identityPattern: false, certificate: false },
    },
    {
      required: ["issuer", "identity", "root"],
      properties: { key: false, identityPattern: false, log: false },
    },
    {
      required: ["issuer", "identityPattern", "root"],
      properties: { key: false, identity: false, log: false },
    },
  ],
};

const properties = {
  roots: {
    description: "Sigstore instances, each by its trusted root: a file, or the document itself.",
    type: "object",
    propertyNames: { pattern: name.pattern },
    additionalProperties: {
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
      properties: { file: text, document: { type: "object" } },
    },
  },
  signers: { type: "array", items: signer },
  blocked: {
    description: "Digests that must never run again.",
    type: "array",
    items: {
      type: "object",
      required: ["digest", ...Object.keys(why)],
      additionalProperties: false,
      properties: { digest, ...why },
    },
  },
  revoked: {
    description: "Evidence that no longer counts, by its id as `waybill evidence list` shows it.",
    type: "array",
    items: {
      type: "object",
      required: ["evidence", ...Object.keys(why)],
      additionalProperties: false,
      properties: { evidence: digest, ...why },
    },
  },
};

const description =
  "Who may say what about an image, for which environment and when. Nobody is trusted who is not listed.";

/** The trust policy as a part of promotion.yaml, whose version is its own. */
export const trustPartSchema: JsonSchema = {
  description,
  type: "object",
  required: ["signers"],
  additionalProperties: false,
  properties,
};

/** The trust policy, version 1, as a file of its own. */
export const trustSchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "trust policy",
  ...trustPartSchema,
  required: ["version", "signers"],
  properties: { version: { const: 1 }, ...properties },
};
