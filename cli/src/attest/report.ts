import { LIMITS, type ReportFile } from "@waybill/core/results";
import { readInput } from "../input";

export function readReport(file: string): ReportFile {
  return { name: file, bytes: readInput(file, LIMITS.reportBytes) };
}
