export { readCompatibility } from "./compatibility";
export { ResultsError, type ResultsErrorCode } from "./error";
export { type IncidentsOf, readIncidents } from "./incidents";
export { type LoadOf, readLoad } from "./load";
export { LIMITS } from "./read/limits";
export type { ReportFile } from "./read/report";
export { type Clock, type Span, zoned } from "./read/times";
export { readScan, type ScanOf, type ScanResult } from "./scan";
export { readTests, type TestReport, type TestRun } from "./tests";
