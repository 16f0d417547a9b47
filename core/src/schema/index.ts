export { SchemaError, type SchemaErrorCode } from "./errors";
export { partsAt, type Part, textAt, textsAt } from "./select";
export { findImpossibleTimes, isBackward, parseTime, TIME_PATTERN } from "./time";
export { findMistakes, type JsonSchema, type Mistake } from "./validate";
export { invalid, loadYaml, parseYaml, readText, readYaml, type YamlText } from "./yaml";
