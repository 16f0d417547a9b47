import { EvidenceError, LIMITS } from "../evidence";
import { formatReference, type PinnedReference } from "../image";
import type { RegistryError } from "../registry";

/** The list names it, and what the registry has under that name is nothing, or no manifest. */
export function notEvidence(about: string, cause: RegistryError): EvidenceError {
  const { expected, found } = cause.problem;
  const next = "Ignore it, or remove it from the list; it was deleted or never was evidence.";
  return new EvidenceError("not-a-referrer", { about, expected, found, next }, { cause });
}

export function tooMany(image: PinnedReference, pieces: number, bytes: number): EvidenceError {
  return new EvidenceError("too-many", {
    about: formatReference(image),
    expected: `at most ${LIMITS.pieces} pieces of evidence with ${LIMITS.totalBytes} bytes`,
    found: `${pieces} with ${bytes} bytes`,
    next: "Find out who attached so much evidence to the digest, and remove it.",
  });
}
