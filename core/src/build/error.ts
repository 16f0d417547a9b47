import { WaybillError } from "../problem";

export type BuildErrorCode = "no-from" | "no-argument" | "unreadable-dockerfile";

export class BuildError extends WaybillError<BuildErrorCode> {}
