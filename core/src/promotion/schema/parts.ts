import { TIME_PATTERN } from "../../schema";

export const NAME = "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$";

/** A schema with the sentence that editors show. */
export function of(schema: object, description: string): object {
  return { description, ...schema };
}

/** An object in which every key is known. */
export function object(required: readonly string[], properties: Readonly<Record<string, object>>): object {
  return { type: "object", required, additionalProperties: false, properties };
}

export function map(values: object): object {
  return { type: "object", propertyNames: { pattern: NAME }, additionalProperties: values };
}

export function list(items: object): object {
  return { type: "array", minItems: 1, uniqueItems: true, items };
}

export const name = { type: "string", pattern: NAME };
export const names = list(name);
export const text = { type: "string", minLength: 1, maxLength: 2048 };
export const texts = list(text);
export const count = { type: "integer", minimum: 1, maximum: 100 };
export const findings = { type: "integer", minimum: 0 };
export const time = { type: "string", pattern: TIME_PATTERN };
export const clock = { type: "string", pattern: "^([01]\\d|2[0-3]):[0-5]\\d$" };
export const duration = { type: "string", pattern: "^[1-9]\\d{0,5}[smhd]$" };
export const email = { type: "string", pattern: "^\\s*[^@\\s]+@[^@\\s]+\\s*$", maxLength: 320 };
/** A repository without tag and digest; the checks read it as a reference. */
export const repository = text;

/** Who answers for something that is let pass, why, and until when. */
export const excuse = {
  owner: of(text, "Who answers for it."),
  reason: of(text, "Why; it is shown wherever it counts."),
  expires: of(time, "From when on it counts no more; a day stands for its first moment in UTC."),
};
