import Ajv2020, { type ValidateFunction } from "ajv/dist/2020";
import { quote } from "../image";
import type { JsonSchema } from "../schema";

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i;

/** Stops at the first mistake: what a stranger wrote may hold millions of them. */
const ajv = new Ajv2020({ allErrors: false, strict: true, strictTypes: false, strictRequired: false });
/** Lenient decoders skip what is not base64, and so read one text in several ways; line breaks all of them skip. */
ajv.addFormat("base64", (text: string) => {
  const joined = text.replace(/[\r\n]+/g, "");
  return joined.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(joined);
});
ajv.addFormat("date-time", (text: string) => RFC3339.test(text) && !Number.isNaN(Date.parse(text)));
ajv.addFormat("uri", (text: string) => /^[a-z][a-z0-9+.-]*:\S+$/i.test(text));

const compiled = new WeakMap<JsonSchema, ValidateFunction>();

export interface FirstMistake {
  readonly path: string;
  readonly found: string;
}

export function firstMistake(value: unknown, schema: JsonSchema): FirstMistake | undefined {
  let validate = compiled.get(schema);
  if (!validate) {
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  if (validate(value)) return undefined;
  const { instancePath = "", message = "does not fit" } = validate.errors?.[0] ?? {};
  return { path: instancePath, found: `${instancePath === "" ? "it" : quote(instancePath)} ${message}` };
}
