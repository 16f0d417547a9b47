import type { JsonSchema } from "../schema";

const text = { type: "string", minLength: 1 };
const optional = { type: ["string", "null"] };

/** The stack output `release`, version 1. */
export const releaseSchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "release",
  description: "What a stack says about what it runs. It never holds a secret.",
  type: "object",
  required: ["version", "service", "environment", "target", "state", "waiting", "image"],
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
    image: {
      description: "What runs, read back from the finished workload; null while waiting for a first image.",
      type: ["object", "null"],
      required: [
        "repository",
        "digest",
        "tag",
        "commit",
        "dirty",
        "created",
        "source",
        "run",
        "base",
        "inputs",
      ],
      additionalProperties: false,
      properties: {
        repository: { description: "Registry and repository.", ...text },
        digest: { type: "string", pattern: "^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$" },
        tag: { description: "For people only; nothing reads it back.", ...text },
        commit: { type: "string", pattern: "^[0-9a-f]{40}([0-9a-f]{24})?$" },
        dirty: { description: "True if the work tree held more than the commit.", type: "boolean" },
        created: { description: "Time of the commit.", ...text },
        source: { description: "Web address of the repository.", ...optional },
        run: { description: "The CI run that built it first.", ...text },
        base: { description: "The base image by digest; null for scratch.", ...optional },
        inputs: {
          description: "Each image that the Dockerfile names, by digest.",
          type: "object",
          additionalProperties: text,
        },
      },
    },
  },
  if: { properties: { state: { const: "running" } } },
  then: { properties: { image: { type: "object" } } },
  else: { properties: { image: { type: "null" } } },
};
