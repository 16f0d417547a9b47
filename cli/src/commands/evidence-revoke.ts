import { LIMITS } from "@waybill/core/evidence";
import type { Digest, PinnedReference } from "@waybill/core/image";
import { claimedBy, gather, subjectsOf } from "@waybill/core/offline";
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
    "It is attached to all that the evidence is about: a deployment or decision counts in its history no longer.",
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
      also: (registry) => othersIn(registry, image, ids),
    });
  },
};

/** What else is said by what is revoked: a deployment is about its history too, and must not count there any longer either. */
async function othersIn(
  registry: Registry,
  image: PinnedReference,
  ids: readonly string[],
): Promise<readonly Digest[]> {
  const { pieces } = await gather(registry, image);
  const revoked = pieces.filter((piece) => ids.includes(claimedBy(piece).id ?? ""));
  const there = new Set(revoked.map((piece) => claimedBy(piece).id));
  const missing = ids.find((id) => !there.has(id));
  // A revocation of what is not there would be believed to have taken something away.
  if (missing !== undefined)
    throw refused(
      "ids of evidence that is attached to this image",
      missing,
      `Look them up: waybill evidence list ${image.registry}/${image.repository}@${image.digest}`,
    );
  const subjects = new Set([image.digest, ...revoked.flatMap(subjectsOf)]);
  if (subjects.size > LIMITS.subjects)
    throw refused(
      `evidence about at most ${LIMITS.subjects} digests at once`,
      `${subjects.size}`,
      "Revoke fewer ids at once.",
    );
  return [...subjects].filter((digest) => digest !== image.digest).sort();
}

function refused(expected: string, found: string, next: string): CliError {
  return new CliError("usage", { about: "waybill evidence revoke", expected, found, next });
}
