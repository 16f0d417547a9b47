import { PREDICATE_TYPES } from "@waybill/core/trust";
import type { Command } from "../command";
import { requiredFlag } from "../input";
import { oneImage } from "../registry";
import { say, SIGNING_FLAGS, SIGNING_HELP } from "../say";

export const command: Command = {
  usage: "IMAGE@sha256:… --reason TEXT --signer REF",
  help: [
    "--reason TEXT      why; it is shown to everybody who tries to run the image",
    ...SIGNING_HELP,
    "It holds in this repository. The list `blocked` of the trust policy holds everywhere.",
  ],
  flags: { reason: { type: "string" }, ...SIGNING_FLAGS },
  takesPositionals: true,
  run: async (args, io) => {
    const image = oneImage("block", args);
    const reason = requiredFlag("block", args, "reason");
    return say("block", args, io, { image, predicateType: PREDICATE_TYPES.block, predicate: { reason } });
  },
};
