export { checkPinned, type Refusal } from "./check";
export { findImages, type ImageOccurrence, UNKNOWN } from "./find";
export { imageFieldsOf, type ImageField, type ObjectKind } from "./table";
