import { WaybillError } from "../problem";

export type AdmissionErrorCode =
  "bad-registry" | "bad-subject" | "nobody-deploys" | "nobody-signs" | "unknown-environment";

export class AdmissionError extends WaybillError<AdmissionErrorCode> {}

export function unknownEnvironment(
  file: string,
  found: string,
  known: readonly { readonly name: string }[],
): AdmissionError {
  return new AdmissionError("unknown-environment", {
    about: file,
    expected: `an environment out of: ${known.map(({ name }) => name).join(", ")}`,
    found: `"${found}"`,
    next: "Name environments that the file has.",
  });
}
