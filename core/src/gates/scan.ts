import type { Finding } from "../evidence";
import type { Gate } from "../promotion";
import { no, yes } from "./answer";
import {
  ageRefusal,
  CLOCK_SKEW_MS,
  foundInstead,
  judgeNewest,
  newest,
  reasonOf,
  runRefusal,
  saying,
  type Said,
} from "./claims";
import { acceptedFindings, type Accepted } from "./exceptions";
import { severityOf, SEVERITIES } from "./severity";
import { attestStep } from "./steps";
import type { Answer, Facts } from "./types";
import { either, listed, moment, plain, span } from "./words";

type ScanGate = Extract<Gate, { kind: "scan" }>;
type Scan = Said<"vulns">;

/** The newest scan, young enough, with a database that was young enough, has no more findings than each severity may have. */
export function judgeScan(facts: Facts, gate: ScanGate): Answer {
  const accepted = acceptedFindings(facts, gate);
  const scans = saying(facts, "vulns", gate.by);
  const judged = judgeNewest(
    scans,
    (scan) => badRun(scan, gate) ?? tooMany(scan, gate, accepted),
    ({ claim, said }) => ageRefusal(claim, gate.maxAge, facts.now, said.metadata.scanFinishedOn),
  );
  const again = attestStep(facts, "scan", "--report FILE");
  if (!judged) return no(`expected a scan, found ${foundInstead(facts, "vulns")}`, again);
  if (!("used" in judged)) {
    const isUsable = "bad" in judged && !newest(scans).some((scan) => badRun(scan, gate) !== undefined);
    return no(reasonOf(judged), isUsable ? fewerFindings(facts, gate) : again);
  }
  const { claim, said } = judged.used;
  const excepted = accepted.filter(({ finding }) => said.scanner.result.some(({ id }) => id === finding));
  const assumed = said.waybill_digest === "assumed" ? ", digest assumed" : "";
  return yes(
    `${countsOf(judged.used, gate, accepted)}; scanned by ${plain(said.scanner.uri)} on ${moment(claim.time ?? NaN)}${assumed}${describe(excepted)}`,
    [claim.id, ...excepted.map(({ id }) => id)],
  );
}

function badRun({ claim, said }: Scan, { databaseAge, assumed }: ScanGate): string | undefined {
  if (said.waybill_digest === "assumed" && assumed === "refused")
    return "expected a report that names the image, found one that names none (digest assumed)";
  const { scanStartedOn, scanFinishedOn } = said.metadata;
  const wrong = runRefusal(claim, scanStartedOn, scanFinishedOn);
  if (wrong !== undefined) return wrong;
  const database = Date.parse(said.scanner.db.lastUpdate);
  const scanned = Date.parse(scanFinishedOn);
  if (database > scanned + CLOCK_SKEW_MS)
    return `expected a database from before the scan of ${moment(scanned)}, found one of ${moment(database)}, in its future`;
  if (databaseAge === null || scanned - database <= databaseAge) return undefined;
  return `expected a database that was at most ${span(databaseAge)} old, found one of ${moment(database)}, ${span(scanned - database)} before the scan`;
}

function tooMany(scan: Scan, gate: ScanGate, accepted: readonly Accepted[]): string | undefined {
  const left = remaining(scan, accepted);
  const over = SEVERITIES.flatMap((severity) => {
    const most = gate.most[severity];
    const found = left.filter((finding) => severityOf(finding) === severity);
    if (most === null || found.length <= most) return [];
    return [
      `expected at most ${most} ${severity}, found ${found.length} (${listed(found.map(({ id }) => plain(id)))})`,
    ];
  });
  return over.length > 0 ? over.join("; ") : undefined;
}

function countsOf(scan: Scan, gate: ScanGate, accepted: readonly Accepted[]): string {
  const left = remaining(scan, accepted);
  return SEVERITIES.map((severity) => {
    const most = gate.most[severity];
    const limit = most === null ? "" : ` (at most ${most})`;
    return `${left.filter((finding) => severityOf(finding) === severity).length} ${severity}${limit}`;
  }).join(", ");
}

function remaining({ said }: Scan, accepted: readonly Accepted[]): readonly Finding[] {
  return said.scanner.result.filter(({ id }) => !accepted.some(({ finding }) => finding === id));
}

function describe(excepted: readonly Accepted[]): string {
  if (excepted.length === 0) return "";
  const each = excepted.map(
    ({ finding, owner, by, expires }) =>
      `${plain(finding)} (owner ${plain(owner)}, signed by ${by}, until ${moment(expires)})`,
  );
  return `; excepted: ${listed(each, 20)}`;
}

function fewerFindings(facts: Facts, { exceptionsBy }: ScanGate): string {
  const { service, environment } = facts.place;
  const fix = "Build an image without these findings";
  return exceptionsBy.length === 0
    ? `${fix}.`
    : `${fix}; or except them in promotion.yaml and have ${either(exceptionsBy)} sign: ${attestStep(facts, "exception", `--finding ID --service ${service} --environment ${environment} --reason TEXT --until TIME`)}`;
}
