import { WaybillError } from "../problem";

export type PromotionErrorCode = "unknown-service" | "unknown-environment" | "unknown-target";

export class PromotionError extends WaybillError<PromotionErrorCode> {}
