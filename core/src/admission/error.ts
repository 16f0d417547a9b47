import { WaybillError } from "../problem";

export type AdmissionErrorCode = "bad-registry" | "bad-subject" | "nobody" | "bad-name" | "nobody-signs";

export class AdmissionError extends WaybillError<AdmissionErrorCode> {}
