import Ajv2020, { type ErrorObject, type ValidateFunction } from "ajv/dist/2020";
import { escapePointer } from "./select";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** One thing that is wrong, at a path such as `/environments/0/name`. */
export interface Mistake {
  readonly path: string;
  readonly message: string;
}

const ajv = new Ajv2020({
  allErrors: true,
  verbose: true,
  // Unknown keywords are typing errors; the rest of strict mode is taste.
  strict: true,
  strictTypes: false,
  strictRequired: false,
});
const compiled = new WeakMap<JsonSchema, ValidateFunction>();

/** Every way in which a value does not fit a schema; an empty list where it fits. */
export function findMistakes(value: unknown, schema: JsonSchema): Mistake[] {
  const validate = compiledSchema(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).filter(isTelling).map(toMistake);
}

function compiledSchema(schema: JsonSchema): ValidateFunction {
  let validate = compiled.get(schema);
  if (!validate) {
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  return validate;
}

/** `if` and `propertyNames` only repeat what another error says better. */
function isTelling(error: ErrorObject): boolean {
  return error.keyword !== "if" && error.keyword !== "propertyNames";
}

function toMistake(error: ErrorObject): Mistake {
  const key = offendingKey(error);
  return {
    path: key === undefined ? error.instancePath : `${error.instancePath}/${escapePointer(key)}`,
    message: describe(error),
  };
}

function offendingKey({ keyword, params, propertyName }: ErrorObject): string | undefined {
  if (keyword === "additionalProperties")
    return String((params as { additionalProperty: unknown }).additionalProperty);
  return propertyName;
}

function describe(error: ErrorObject): string {
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case "additionalProperties":
      return `unknown key "${String(params["additionalProperty"])}"`;
    case "required":
      return `missing key "${String(params["missingProperty"])}"`;
    case "type":
      return `expected ${String(params["type"])}, found ${kindOf(error.data)}`;
    case "enum":
      return `expected one of ${(params["allowedValues"] as unknown[]).map((v) => JSON.stringify(v)).join(", ")}`;
    case "const":
      return `expected ${JSON.stringify(params["allowedValue"])}`;
    case "pattern":
      return `does not match ${String(params["pattern"])}`;
    default:
      return error.message ?? error.keyword;
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
