import type { AdmissionErrorCode } from "@waybill/core/admission";
import type { BuildErrorCode } from "@waybill/core/build";
import type { EvidenceErrorCode } from "@waybill/core/evidence";
import type { HistoryErrorCode } from "@waybill/core/history";
import type { ImageErrorCode } from "@waybill/core/image";
import type { OfflineErrorCode } from "@waybill/core/offline";
import { WaybillError } from "@waybill/core/problem";
import type { PromotionErrorCode } from "@waybill/core/promotion";
import type { RegistryErrorCode } from "@waybill/core/registry";
import type { ReleaseErrorCode } from "@waybill/core/release";
import type { ResultsErrorCode } from "@waybill/core/results";
import type { SchemaErrorCode } from "@waybill/core/schema";
import type { ServiceErrorCode } from "@waybill/core/service";
import type { SignerErrorCode } from "@waybill/core/signer";
import type { SourceErrorCode } from "@waybill/core/source";
import type { TrustErrorCode } from "@waybill/core/trust";
import { type CliErrorCode, Exit, type ExitCode } from "./command";

/** Every class of errors that a command can meet, with its codes. */
interface Codes {
  readonly AdmissionError: AdmissionErrorCode;
  readonly BuildError: BuildErrorCode;
  readonly CliError: CliErrorCode;
  readonly EvidenceError: EvidenceErrorCode;
  readonly HistoryError: HistoryErrorCode;
  readonly ImageError: ImageErrorCode;
  readonly OfflineError: OfflineErrorCode;
  readonly PromotionError: PromotionErrorCode;
  readonly RegistryError: RegistryErrorCode;
  readonly ReleaseError: ReleaseErrorCode;
  readonly ResultsError: ResultsErrorCode;
  readonly SchemaError: SchemaErrorCode;
  readonly ServiceError: ServiceErrorCode;
  readonly SignerError: SignerErrorCode;
  readonly SourceError: SourceErrorCode;
  readonly TrustError: TrustErrorCode;
}

type Meaning<Code extends string> =
  ExitCode | (Readonly<Partial<Record<Code, ExitCode>>> & { readonly other: ExitCode });

/**
 * What an error means where no command took it for its answer: a well-founded no, a mistake in what was written, or nothing
 * found out. By name, since a room is slow to load only to be compared with.
 */
export const MEANING: { readonly [Name in keyof Codes]: Meaning<Codes[Name]> } = {
  AdmissionError: Exit.usage,
  BuildError: Exit.usage,
  CliError: { changed: Exit.undecided, pulumi: Exit.undecided, other: Exit.usage },
  EvidenceError: {
    "artifact-needed": Exit.undecided,
    "predicate-unknown": Exit.usage,
    "predicate-invalid": Exit.usage,
    other: Exit.no,
  },
  HistoryError: { unreadable: Exit.undecided, "malformed-decision": Exit.undecided, other: Exit.no },
  ImageError: Exit.usage,
  OfflineError: Exit.no,
  PromotionError: Exit.usage,
  // Only "not found" is an answer; all else says nothing of what the registry has.
  RegistryError: { "not-found": Exit.no, credentials: Exit.usage, other: Exit.undecided },
  ReleaseError: { "malformed-release": Exit.undecided, other: Exit.no },
  // A report that does not fit is a wrong file that somebody handed over, and no answer about the image.
  ResultsError: Exit.usage,
  SchemaError: Exit.usage,
  ServiceError: Exit.usage,
  SignerError: {
    "authority-failed": Exit.undecided,
    "log-failed": Exit.undecided,
    "program-failed": Exit.undecided,
    "self-check-failed": Exit.undecided,
    "timestamp-failed": Exit.undecided,
    other: Exit.usage,
  },
  SourceError: { "no-git": Exit.undecided, other: Exit.usage },
  TrustError: Exit.usage,
};

/** An error that nobody knows says nothing: that is "could not find out", never a no. */
export function exitOf(error: unknown): ExitCode {
  if (!(error instanceof WaybillError)) return Exit.undecided;
  const { name, code } = error as WaybillError;
  const rows: Readonly<Record<string, Meaning<string>>> = MEANING;
  const meaning = Object.hasOwn(rows, name) ? rows[name] : undefined;
  if (meaning === undefined || typeof meaning === "number") return meaning ?? Exit.undecided;
  return (Object.hasOwn(meaning, code) ? meaning[code] : undefined) ?? meaning.other;
}
