import type { JsonSchema } from "../schema";

const name = { type: "string", pattern: "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$" };

const texts = { type: "array", minItems: 1, items: { type: "string", minLength: 1 } };

/** promotion.yaml, version 1. */
export const promotionSchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "promotion.yaml",
  description: "What is promoted, through which environments, in which order.",
  type: "object",
  required: ["version", "environments", "services"],
  additionalProperties: false,
  properties: {
    version: { const: 1 },
    environments: {
      description:
        "In order: an image is built in the first; each other one takes it from the one before it.",
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["name"],
        additionalProperties: false,
        properties: {
          name,
          targets: {
            description:
              "Where the environment has more than one cluster, region or namespace: one name, and so one stack, for each.",
            type: "array",
            minItems: 1,
            items: { type: "object", required: ["name"], additionalProperties: false, properties: { name } },
          },
        },
      },
    },
    services: {
      type: "object",
      minProperties: 1,
      propertyNames: { pattern: name.pattern },
      additionalProperties: {
        type: "object",
        required: ["path"],
        additionalProperties: false,
        properties: {
          path: {
            description: "Folder with the service's service.yaml, from promotion.yaml.",
            type: "string",
            minLength: 1,
          },
          provenance: {
            description:
              "What the provenance of its images must say, on each point: who built them, from where, from which branch.",
            type: "object",
            required: ["builders", "repositories", "branches"],
            additionalProperties: false,
            properties: { builders: texts, repositories: texts, branches: texts },
          },
          stack: {
            description: "Name of the service's stacks; a target's name is added with a dash.",
            type: "string",
            pattern: "^[A-Za-z0-9_.-]*\\{environment\\}[A-Za-z0-9_.-]*$",
            default: "{service}-{environment}",
          },
        },
      },
    },
  },
};
