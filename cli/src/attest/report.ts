import { quote } from "@waybill/core/image";
import { LIMITS, type ReportFile, ResultsError } from "@waybill/core/results";
import { CliError } from "../command";
import { readInput } from "../input";

export function readReport(file: string): ReportFile {
  return { name: file, bytes: readInput(file, LIMITS.reportBytes) };
}

/** A report that does not fit is a wrong file that somebody handed over, and no answer about the image. */
export function refusingReports<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ResultsError)) throw error;
    throw new CliError("file", { ...error.problem, about: quote(error.problem.about) }, { cause: error });
  }
}
