import { readCompatibility } from "@waybill/core/results";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { readReport } from "../attest/report";
import { sayWhat } from "../attest/told";
import type { Command } from "../command";
import { requiredFlag } from "../input";
import { oneImage } from "../registry";
import { SIGNING_FLAGS, SIGNING_HELP } from "../say";

const NAME = "attest compatibility";

export const command: Command = {
  usage: "IMAGE@sha256:… --report FILE --signer REF",
  help: [
    "--report FILE      YAML or JSON with rollback, sideBySide and changes (docs/evidence.md)",
    ...SIGNING_HELP,
  ],
  flags: { report: { type: "string" }, ...SIGNING_FLAGS },
  takesPositionals: true,
  run: async (args, io) => {
    const image = oneImage(NAME, args);
    const file = readReport(requiredFlag(NAME, args, "report"));
    const predicate = readCompatibility(file);
    const { rollback, sideBySide, changes } = predicate;
    const beside = sideBySide ? "may run beside" : "must not run beside";
    const what = `compatibility: rollback is ${rollback}, ${beside} the version before, ${changes.length} changes`;
    return sayWhat(NAME, args, io, { image, predicateType: PREDICATE_TYPES.compatibility, predicate, what });
  },
};
