import { WaybillError } from "../problem";

/** `unreadable`: not there, not YAML or JSON. `invalid`: readable, but not what its schema asks for. */
export type SchemaErrorCode = "unreadable" | "invalid";

export class SchemaError extends WaybillError<SchemaErrorCode> {}
