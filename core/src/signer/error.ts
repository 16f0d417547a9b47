import { WaybillError } from "../problem";

/** What to do next, by code; the keys are the closed set of codes. */
const NEXT = {
  "authority-failed": "Check the certificate authority's address and whether it accepts the token's issuer.",
  "key-confined": "Sign with a key that is meant for this registry.",
  "key-invalid":
    "Use an encrypted key file of ECDSA P-256, as `waybill key` or `cosign generate-key-pair` writes it.",
  "key-not-encrypted": "Encrypt it, for example with `cosign import-key-pair --key FILE`.",
  "key-unreadable": "Check the path and the permissions of the key file.",
  "log-failed": "Check the transparency log's address; nothing was attached.",
  "password-missing": "Set the environment variable or the file that the configuration names.",
  "password-wrong": "Check the password of the key file.",
  "program-failed": "Run the key service's program by hand to see what it lacks.",
  "self-check-failed": "Do not use this signer: its signature does not fit its own public key.",
  "timestamp-failed": "Check the timestamp authority's address; nothing was attached.",
  "token-missing":
    "Give the job permission to request an identity token, or name the variable or file that has it.",
} as const;

export type SignerErrorCode = keyof typeof NEXT;

/** Says what failed, and never the secret that it failed with. */
export class SignerError extends WaybillError<SignerErrorCode> {}

export function failure(code: SignerErrorCode, about: string, expected: string, found: string): SignerError {
  return new SignerError(code, { about, expected, found, next: NEXT[code] });
}
