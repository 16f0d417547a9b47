import { WaybillError } from "@waybill/core/problem";
import { Exit, type ExitCode } from "./command";

type Meaning = ExitCode | Readonly<Record<string, ExitCode>>;

/** What an error means where no command took it for its answer. By name, since a room is slow to load only to be compared with. */
const MEANING: Readonly<Record<string, Meaning>> = {
  CliError: Exit.usage,
  ImageError: Exit.usage,
  SchemaError: Exit.usage,
  TrustError: Exit.usage,
  EvidenceError: { "artifact-needed": Exit.undecided, other: Exit.no },
};

/** An error that nobody knows says nothing: that is "could not find out", never a no. */
export function exitOf(error: unknown): ExitCode {
  if (!(error instanceof WaybillError)) return Exit.undecided;
  const meaning = MEANING[error.name] ?? Exit.undecided;
  return typeof meaning === "number" ? meaning : (meaning[error.code] ?? meaning["other"] ?? Exit.undecided);
}
