import { readLoad } from "@waybill/core/results";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { readReport } from "../attest/report";
import { nowOf, SPAN_FLAGS, spanFlags } from "../attest/times";
import { sayWhat } from "../attest/told";
import type { Command } from "../command";
import { requiredFlag, textFlag } from "../input";
import { oneImage } from "../registry";
import { SIGNING_FLAGS, SIGNING_HELP } from "../say";

const NAME = "attest load";

export const command: Command = {
  usage: "IMAGE@sha256:… --report FILE --finished TIME --signer REF",
  help: [
    "--report FILE      k6 --summary-export or the data of its handleSummary, or what wrk or wrk2 printed",
    "--finished TIME    when it ended: 2026-06-01T12:00:00Z; these tools do not say it",
    "--started TIME     when it began, where the report does not say how long it ran",
    "--traffic TEXT     what was simulated",
    "--target TEXT      where the image ran",
    ...SIGNING_HELP,
  ],
  flags: {
    report: { type: "string" },
    traffic: { type: "string" },
    target: { type: "string" },
    ...SPAN_FLAGS,
    ...SIGNING_FLAGS,
  },
  takesPositionals: true,
  run: async (args, io) => {
    const image = oneImage(NAME, args);
    const asked = {
      traffic: textFlag(args, "traffic"),
      target: textFlag(args, "target"),
      ...spanFlags(NAME, args),
      now: nowOf(io),
    };
    const file = readReport(requiredFlag(NAME, args, "report"));
    const predicate = readLoad(file, asked);
    const latency = Object.entries(predicate.latency).map(([name, time]) => `, ${name} ${time} ms`);
    const what = `load: ${predicate.requests} requests, ${predicate.failed} failed${latency.join("")}`;
    return sayWhat(NAME, args, io, { image, predicateType: PREDICATE_TYPES.load, predicate, what });
  },
};
