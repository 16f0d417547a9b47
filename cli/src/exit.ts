import { WaybillError } from "@waybill/core/problem";
import { Exit, type ExitCode } from "./command";

type Meaning = ExitCode | Readonly<Record<string, ExitCode>>;

/** What an error means where no command took it for its answer. By name, since a room is slow to load only to be compared with. */
const MEANING: Readonly<Record<string, Meaning>> = {
  CliError: { changed: Exit.undecided, pulumi: Exit.undecided, other: Exit.usage },
  ImageError: Exit.usage,
  SchemaError: Exit.usage,
  TrustError: Exit.usage,
  EvidenceError: {
    "artifact-needed": Exit.undecided,
    "predicate-unknown": Exit.usage,
    "predicate-invalid": Exit.usage,
    other: Exit.no,
  },
  OfflineError: Exit.no,
  PromotionError: Exit.usage,
  ServiceError: Exit.usage,
  ReleaseError: { "pin-malformed": Exit.usage, "malformed-release": Exit.undecided, other: Exit.no },
  HistoryError: { unreadable: Exit.undecided, other: Exit.no },
  // Only "not found" is an answer; all else says nothing of what the registry has.
  RegistryError: { "not-found": Exit.no, credentials: Exit.usage, other: Exit.undecided },
  SignerError: {
    "authority-failed": Exit.undecided,
    "log-failed": Exit.undecided,
    "program-failed": Exit.undecided,
    "self-check-failed": Exit.undecided,
    "timestamp-failed": Exit.undecided,
    other: Exit.usage,
  },
};

/** An error that nobody knows says nothing: that is "could not find out", never a no. */
export function exitOf(error: unknown): ExitCode {
  if (!(error instanceof WaybillError)) return Exit.undecided;
  const { name, code } = error as WaybillError;
  const meaning = MEANING[name] ?? Exit.undecided;
  return typeof meaning === "number" ? meaning : (meaning[code] ?? meaning["other"] ?? Exit.undecided);
}
