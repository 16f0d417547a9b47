import { PREDICATE_TYPES } from "@waybill/core/trust";
import { expiryFlag } from "../attest/times";
import type { Command } from "../command";
import { requiredFlag, wrongUsage } from "../input";
import { oneImage } from "../registry";
import { say, SIGNING_FLAGS, SIGNING_HELP } from "../say";

const NAME = "attest override";

export const command: Command = {
  usage:
    "IMAGE@sha256:… --service NAME --environment ENV --gates A,B --reason TEXT --incident ID --owner NAME --until TIME --signer REF",
  help: [
    "--service NAME     whose promotion it is about",
    "--environment ENV  which environment it opens",
    "--gates A,B        the names of the gates that are passed over",
    "--reason TEXT      why",
    "--incident ID      the incident that it belongs to",
    "--owner NAME       who answers for it",
    "--until TIME       when it ends: 2026-06-01T12:00:00Z",
    ...SIGNING_HELP,
    "It counts if promotion.yaml lets the signer override gates there, and shows in every preview until it ends.",
  ],
  flags: {
    service: { type: "string" },
    environment: { type: "string" },
    gates: { type: "string" },
    reason: { type: "string" },
    incident: { type: "string" },
    owner: { type: "string" },
    until: { type: "string" },
    ...SIGNING_FLAGS,
  },
  takesPositionals: true,
  run: async (args, io) => {
    const image = oneImage(NAME, args);
    const flag = (name: string): string => requiredFlag(NAME, args, name);
    const gates = flag("gates")
      .split(",")
      .map((gate) => gate.trim());
    if (gates.includes("") || new Set(gates).size < gates.length)
      throw wrongUsage(NAME, "--gates with each name once", flag("gates"));
    const predicate = {
      service: flag("service"),
      environment: flag("environment"),
      gates,
      reason: flag("reason"),
      incident: flag("incident"),
      owner: flag("owner"),
      expires: expiryFlag(NAME, args, io),
    };
    return say(NAME, args, io, { image, predicateType: PREDICATE_TYPES.override, predicate });
  },
};
