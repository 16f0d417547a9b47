import { WaybillError } from "../problem";

/** `root-invalid`: not a trusted root we can rely on. `key-invalid`: not a public key. `unreadable`: a file it names. */
export type TrustErrorCode = "root-invalid" | "key-invalid" | "unreadable" | "unknown-signer";

export class TrustError extends WaybillError<TrustErrorCode> {}

export function invalidRoot(about: string, expected: string, found: string, cause?: unknown): TrustError {
  const next =
    "Use a trusted root file as `cosign trusted-root create` or the sigstore instance provides it.";
  return new TrustError("root-invalid", { about, expected, found, next }, { cause });
}

export function unreadable(about: string, expected: string, found: string, cause: unknown): TrustError {
  return new TrustError(
    "unreadable",
    { about, expected, found, next: "Write the file, or name another one." },
    { cause },
  );
}
