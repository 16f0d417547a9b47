import { type Impact, trustImpact, withoutSigner } from "@waybill/core/evidence";
import { formatReference, type PinnedReference, quote } from "@waybill/core/image";
import { gather } from "@waybill/core/offline";
import type { Trust } from "@waybill/core/trust";
import { type Arguments, type Command, Exit } from "../command";
import { requiredFlag, textFlag, textFlags, wrongUsage } from "../input";
import { asJson, table } from "../output";
import { readTrust } from "../policy";
import { pinnedImage, withRegistry } from "../registry";

interface Loss extends Impact {
  readonly image: PinnedReference;
}

export const command: Command = {
  usage: "--signer NAME IMAGE@sha256:……",
  help: [
    "--signer NAME       as the trust policy names it",
    "--compromised TIME  cut off from this time on, such as 2026-11-20T08:00:00Z (default: altogether)",
    "--environment ENV   may be repeated (default: all that the trust policy names)",
    "--trust FILE        who may say what (default: promotion.yaml)",
    "--json              one JSON object (docs/cli.md)",
    "Exit code 1 if an image loses the last proof of its kind.",
  ],
  flags: {
    signer: { type: "string" },
    compromised: { type: "string" },
    environment: { type: "string", multiple: true },
    trust: { type: "string" },
    json: { type: "boolean" },
  },
  takesPositionals: true,
  run: async (args, io) => {
    const images = args.positionals.map(pinnedImage);
    if (images.length === 0) throw wrongUsage("trust impact", "images by their digests", "none");
    const signer = requiredFlag("trust impact", args, "signer");
    const compromised = readCompromised(args);
    const trust = readTrust(args);
    const after = withoutSigner(trust, signer, compromised);
    const environments = readEnvironments(args, trust);
    const now = io.now?.() ?? new Date();
    const holdings = await withRegistry(io, (registry) =>
      Promise.all(images.map((image) => gather(registry, image))),
    );
    const losses = holdings.flatMap(({ image, pieces }) => {
      const holding = { digest: image.digest, registry: image.registry, pieces };
      return trustImpact([holding], trust, after, environments, now).map((impact): Loss => ({
        ...impact,
        image,
      }));
    });
    io.out(
      args.flags["json"] === true ? asJson(toJson(signer, compromised, losses)) : describe(signer, losses),
    );
    return losses.some(({ remaining }) => remaining === 0) ? Exit.no : Exit.yes;
  },
};

function readCompromised(args: Arguments): Date | undefined {
  const text = textFlag(args, "compromised");
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(text) && !Number.isNaN(time.getTime()))
    return time;
  throw wrongUsage("trust impact", "a time as 2026-11-20T08:00:00Z", quote(text));
}

function readEnvironments(args: Arguments, { signers }: Trust): readonly string[] {
  const asked = textFlags(args, "environment");
  if (asked.length > 0) return [...new Set(asked)];
  return [
    ...new Set(signers.flatMap(({ grants }) => grants.flatMap(({ environments }) => [...environments]))),
  ].sort();
}

function describe(signer: string, losses: readonly Loss[]): string {
  if (losses.length === 0) return `no image loses proof without ${signer}\n`;
  const rows = losses.map(({ image, environment, predicate, lost, remaining }) => [
    environment,
    predicate,
    `${lost.length}`,
    remaining === 0 ? "none" : `${remaining}`,
    formatReference(image),
  ]);
  return table([["ENVIRONMENT", "PREDICATE", "LOST", "LEFT", "IMAGE"], ...rows]);
}

function toJson(signer: string, compromised: Date | undefined, losses: readonly Loss[]): object {
  return {
    signer,
    compromised: compromised?.toISOString() ?? null,
    losses: losses.map(({ image, environment, predicate, lost, remaining }) => ({
      image: formatReference({ ...image, tag: undefined }),
      environment,
      predicate,
      lost: lost.map(({ id }) => id),
      remaining,
    })),
  };
}
