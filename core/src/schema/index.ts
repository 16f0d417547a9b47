export { SchemaError, type SchemaErrorCode } from "./errors";
export { findMistakes, type JsonSchema, type Mistake } from "./validate";
export { invalid, loadYaml, parseYaml } from "./yaml";
