import { PREDICATE_TYPES } from "@waybill/core/trust";
import type { Command } from "../command";
import { oneImage } from "../registry";
import { say, SIGNING_FLAGS, SIGNING_HELP } from "../say";

export const command: Command = {
  usage: "IMAGE@sha256:… --signer REF",
  help: SIGNING_HELP,
  flags: SIGNING_FLAGS,
  takesPositionals: true,
  run: async (args, io) => {
    const image = oneImage("evidence sign", args);
    return say("evidence sign", args, io, { image, predicateType: PREDICATE_TYPES.signature, predicate: {} });
  },
};
