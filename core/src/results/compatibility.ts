import type { Compatibility } from "../evidence";
import { type JsonSchema, parseYaml } from "../schema";
import { type ReportFile, textOf } from "./read/report";

const schema: JsonSchema = {
  type: "object",
  required: ["rollback", "sideBySide", "changes"],
  additionalProperties: false,
  properties: {
    rollback: { enum: ["safe", "unsafe"] },
    sideBySide: { type: "boolean" },
    changes: {
      type: "array",
      maxItems: 1000,
      items: {
        type: "object",
        required: ["kind", "summary"],
        additionalProperties: false,
        properties: {
          kind: { enum: ["schema", "message", "flag", "api", "other"] },
          summary: { type: "string", minLength: 1 },
        },
      },
    },
  },
};

/** A small file beside the change that it speaks of, YAML or JSON. `changes` may be empty, but is never left out. */
export function readCompatibility(file: ReportFile): Compatibility {
  return parseYaml(file.name, textOf(file), schema) as Compatibility;
}
