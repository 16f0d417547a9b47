import type { JsonSchema } from "../schema";

const quantity = { type: "string", pattern: "^[0-9]+(\\.[0-9]+)?(m|Ki|Mi|Gi)?$" };
const httpPath = { type: "string", pattern: "^/" };

/** service.yaml, version 1. */
export const serviceSchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "service.yaml",
  description: "What a service needs to be built and to run. The same in every environment.",
  type: "object",
  required: ["version", "build", "port", "probes", "resources"],
  additionalProperties: false,
  properties: {
    version: { const: 1 },
    build: {
      type: "object",
      additionalProperties: false,
      properties: {
        context: { description: "Build context, from this file.", type: "string", minLength: 1 },
        dockerfile: { description: "From this file.", type: "string", minLength: 1 },
        platforms: {
          type: "array",
          minItems: 1,
          uniqueItems: true,
          items: { type: "string", pattern: "^[a-z0-9]+/[a-z0-9/]+$" },
        },
      },
    },
    port: {
      description: "Where the container listens for HTTP.",
      type: "integer",
      minimum: 1,
      maximum: 65535,
    },
    probes: {
      type: "object",
      required: ["ready", "live"],
      additionalProperties: false,
      properties: { ready: httpPath, live: httpPath },
    },
    resources: {
      description: "Requests; memory is the limit, too.",
      type: "object",
      required: ["cpu", "memory"],
      additionalProperties: false,
      properties: { cpu: quantity, memory: quantity },
    },
    config: {
      description: "JSON Schema of the settings that each environment gives.",
      type: "object",
      required: ["properties"],
    },
    secrets: {
      description: "Names of the secrets that each environment gives.",
      type: "array",
      uniqueItems: true,
      items: { type: "string", pattern: "^[A-Z_][A-Z0-9_]*$" },
    },
  },
};
