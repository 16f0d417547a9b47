import { readIncidents } from "@waybill/core/results";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { readReport } from "../attest/report";
import { nowOf, timeFlag } from "../attest/times";
import { sayWhat } from "../attest/told";
import type { Command } from "../command";
import { requiredFlag, textFlag } from "../input";
import { oneImage } from "../registry";
import { SIGNING_FLAGS, SIGNING_HELP } from "../say";

const NAME = "attest incidents";

export const command: Command = {
  usage: "IMAGE@sha256:… --report FILE --signer REF",
  help: [
    "--report FILE      JSON as docs/evidence.md describes it, or the answer of PagerDuty to GET /incidents",
    "--source NAME      who knows of incidents; this and the following where the report does not say it",
    "--service NAME     which service",
    "--environment ENV  where",
    "--from TIME        from when the source was asked: 2026-06-01T12:00:00Z",
    "--until TIME       until when",
    ...SIGNING_HELP,
  ],
  flags: {
    report: { type: "string" },
    source: { type: "string" },
    service: { type: "string" },
    environment: { type: "string" },
    from: { type: "string" },
    until: { type: "string" },
    ...SIGNING_FLAGS,
  },
  takesPositionals: true,
  run: async (args, io) => {
    const image = oneImage(NAME, args);
    const asked = {
      source: textFlag(args, "source"),
      service: textFlag(args, "service"),
      environment: textFlag(args, "environment"),
      from: timeFlag(NAME, args, "from"),
      until: timeFlag(NAME, args, "until"),
      now: nowOf(io),
    };
    const file = readReport(requiredFlag(NAME, args, "report"));
    const predicate = readIncidents(file, asked);
    const { incidents, service, environment, from, until } = predicate;
    const what = `incidents: ${incidents.length} of ${service} in ${environment}, from ${from} until ${until}`;
    return sayWhat(NAME, args, io, { image, predicateType: PREDICATE_TYPES.incidents, predicate, what });
  },
};
