import { readScan, type ScanResult } from "@waybill/core/results";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { readReport } from "../attest/report";
import { nowOf, SPAN_FLAGS, SPAN_HELP, spanFlags, timeFlag } from "../attest/times";
import { sayWhat } from "../attest/told";
import type { Command } from "../command";
import { requiredFlag } from "../input";
import { oneImage } from "../registry";
import { SIGNING_FLAGS, SIGNING_HELP } from "../say";

const NAME = "attest scan";

export const command: Command = {
  usage: "IMAGE@sha256:… --report FILE --signer REF",
  help: [
    "--report FILE      JSON of Trivy, Grype or aws ecr describe-image-scan-findings, or SARIF",
    "--database TIME    when the scanner's database was made, for Trivy and SARIF, which do not say it",
    "--assume-digest    vouches that a report which names no digest is about this image",
    ...SPAN_HELP,
    ...SIGNING_HELP,
  ],
  flags: {
    report: { type: "string" },
    database: { type: "string" },
    "assume-digest": { type: "boolean" },
    ...SPAN_FLAGS,
    ...SIGNING_FLAGS,
  },
  takesPositionals: true,
  run: async (args, io) => {
    const image = oneImage(NAME, args);
    const asked = {
      digest: image.digest,
      database: timeFlag(NAME, args, "database"),
      assumeDigest: args.flags["assume-digest"] === true,
      ...spanFlags(NAME, args),
      now: nowOf(io),
    };
    const file = readReport(requiredFlag(NAME, args, "report"));
    const predicate = readScan(file, asked);
    return sayWhat(NAME, args, io, {
      image,
      predicateType: PREDICATE_TYPES.vulns,
      predicate,
      what: describe(predicate),
    });
  },
};

function describe({ scanner, waybill_digest }: ScanResult): string {
  const counts = new Map<string, number>();
  for (const { severity } of scanner.result)
    for (const { score } of severity) counts.set(score, (counts.get(score) ?? 0) + 1);
  const found = ["critical", "high", "medium", "low", "unknown"]
    .map((word) => `${counts.get(word) ?? 0} ${word}`)
    .join(", ");
  const assumed = waybill_digest === "assumed" ? "\n  the report does not name the image: assumed" : "";
  return `scan: ${found}\n  database of ${scanner.db.lastUpdate}${assumed}`;
}
