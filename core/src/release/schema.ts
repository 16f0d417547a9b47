import { releasedImageSchema } from "../evidence";
import type { JsonSchema } from "../schema";

const text = { type: "string", minLength: 1 };
const optional = { type: ["string", "null"] };
const hash = { type: ["string", "null"], pattern: "^sha256:[0-9a-f]{64}$" };

/** The stack output `release`, version 1. */
export const releaseSchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "release",
  description: "What a stack says about what it runs. It never holds a secret.",
  type: "object",
  required: [
    "version",
    "service",
    "environment",
    "target",
    "state",
    "waiting",
    "image",
    "config",
    "manifests",
    "history",
  ],
  additionalProperties: false,
  properties: {
    version: { const: 1 },
    service: text,
    environment: text,
    target: optional,
    state: { description: "Whether an image runs here.", enum: ["running", "waiting"] },
    waiting: {
      description: "Why the stack does not move on; null where nothing is waited for.",
      ...optional,
    },
    image: releasedImageSchema,
    config: {
      description:
        "Hash of the settings, secrets and manifests that go with the image; null where nothing runs.",
      ...hash,
    },
    manifests: {
      description: "Hash of what service.yaml makes of the manifests; null where nothing runs.",
      ...hash,
    },
    history: {
      description: "The newest record of the signed history, by its id; a shorter history is refused.",
      type: ["object", "null"],
      required: ["head", "number"],
      additionalProperties: false,
      properties: {
        head: { type: "string", pattern: "^sha256:[0-9a-f]{64}$" },
        number: { type: "integer", minimum: 0 },
      },
    },
  },
  if: { properties: { state: { const: "running" } } },
  then: { properties: { image: { type: "object" } } },
  else: { properties: { image: { type: "null" } } },
};
