import { quote } from "@waybill/core/image";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import type { Command } from "../command";
import { requiredFlag, textFlag, wrongUsage } from "../input";
import { oneImage } from "../registry";
import { say, SIGNING_FLAGS, SIGNING_HELP } from "../say";

const NAME = "attest review";

export const command: Command = {
  usage: "IMAGE@sha256:… --what NAME --result passed|failed --signer REF",
  help: [
    "--what NAME        what was looked at: security, dependencies",
    "--result WORD      passed or failed",
    "--reason TEXT      why",
    ...SIGNING_HELP,
  ],
  flags: {
    what: { type: "string" },
    result: { type: "string" },
    reason: { type: "string" },
    ...SIGNING_FLAGS,
  },
  takesPositionals: true,
  run: async (args, io) => {
    const image = oneImage(NAME, args);
    const what = requiredFlag(NAME, args, "what");
    const result = requiredFlag(NAME, args, "result");
    if (result !== "passed" && result !== "failed")
      throw wrongUsage(NAME, "--result passed or failed", quote(result));
    const reason = textFlag(args, "reason");
    const predicate = { what, result, ...(reason === undefined ? {} : { reason }) };
    return say(NAME, args, io, { image, predicateType: PREDICATE_TYPES.review, predicate });
  },
};
