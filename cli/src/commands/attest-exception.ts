import { PREDICATE_TYPES } from "@waybill/core/trust";
import { expiryFlag } from "../attest/times";
import type { Command } from "../command";
import { requiredFlag } from "../input";
import { oneImage } from "../registry";
import { say, SIGNING_FLAGS, SIGNING_HELP } from "../say";

const NAME = "attest exception";

export const command: Command = {
  usage:
    "IMAGE@sha256:… --finding ID --service NAME --environment ENV --reason TEXT --until TIME --signer REF",
  help: [
    "--finding ID       the one finding of a scan that is accepted, as the scanner calls it: CVE-2026-1",
    "--service NAME     for which service",
    "--environment ENV  for which environment",
    "--reason TEXT      why",
    "--until TIME       when it ends: 2026-06-01T12:00:00Z",
    ...SIGNING_HELP,
    "It counts if promotion.yaml lists the exception, and names the signer for it.",
  ],
  flags: {
    finding: { type: "string" },
    service: { type: "string" },
    environment: { type: "string" },
    reason: { type: "string" },
    until: { type: "string" },
    ...SIGNING_FLAGS,
  },
  takesPositionals: true,
  run: async (args, io) => {
    const image = oneImage(NAME, args);
    const flag = (name: string): string => requiredFlag(NAME, args, name);
    const predicate = {
      finding: flag("finding"),
      service: flag("service"),
      environment: flag("environment"),
      reason: flag("reason"),
      expires: expiryFlag(NAME, args, io),
    };
    return say(NAME, args, io, { image, predicateType: PREDICATE_TYPES.exception, predicate });
  },
};
