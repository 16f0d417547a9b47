import type { PinnedReference } from "@waybill/core/image";
import { claimedBy, gather } from "@waybill/core/offline";
import type { Registry } from "@waybill/core/registry";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { type Command, CliError } from "../command";
import { requiredFlag, wrongUsage } from "../input";
import { oneImage } from "../registry";
import { say, SIGNING_FLAGS, SIGNING_HELP } from "../say";

const ID = /^sha256:[0-9a-f]{64}$/;

export const command: Command = {
  usage: "ID… IMAGE@sha256:… --reason TEXT --signer REF",
  help: [
    "ID                 of a piece of evidence, as `waybill evidence list` shows it",
    "--reason TEXT      why; it is shown wherever the evidence is asked for",
    ...SIGNING_HELP,
    "It holds in this repository. The list `revoked` of the trust policy holds everywhere.",
  ],
  flags: { reason: { type: "string" }, ...SIGNING_FLAGS },
  takesPositionals: true,
  run: async (args, io) => {
    const ids = args.positionals.filter((word) => ID.test(word));
    const rest = args.positionals.filter((word) => !ID.test(word));
    if (ids.length === 0)
      throw wrongUsage("evidence revoke", "the id of a piece of evidence, sha256:…", "none");
    const image = oneImage("evidence revoke", { ...args, positionals: rest });
    const reason = requiredFlag("evidence revoke", args, "reason");
    return say("evidence revoke", args, io, {
      image,
      predicateType: PREDICATE_TYPES.revocation,
      predicate: { reason, evidence: ids },
      check: (registry) => assertAttached(registry, image, ids),
    });
  },
};

/** A revocation of what is not there would be believed to have taken something away. */
async function assertAttached(
  registry: Registry,
  image: PinnedReference,
  ids: readonly string[],
): Promise<void> {
  const { pieces } = await gather(registry, image);
  const there = new Set(pieces.map((piece) => claimedBy(piece).id));
  const missing = ids.find((id) => !there.has(id));
  if (missing === undefined) return;
  throw new CliError("usage", {
    about: "waybill evidence revoke",
    expected: "ids of evidence that is attached to this image",
    found: missing,
    next: `Look them up: waybill evidence list ${image.registry}/${image.repository}@${image.digest}`,
  });
}
