import { findPlace } from "@waybill/core/promotion";
import { type Command, Exit } from "../command";
import { each } from "../estate/each";
import { placesIn } from "../estate/places";
import { textFlag, wrongUsage } from "../input";
import { asJson } from "../output";
import { judgeAgain } from "../policytest/judge";
import { isTurned, resultsJson, showResults } from "../policytest/show";
import { withRegistry } from "../registry";
import { remembering } from "../remember";
import { readPromotion, repositoryOf } from "../stack";

const text = { type: "string" } as const;

export const command: Command = {
  usage: "--against-history [--promotion NEW] [--service S]",
  help: [
    "Judges every past decision again by this promotion file, each at its own time, and lists which would turn.",
    "--promotion NEW     the changed file (default: promotion.yaml)",
    "--service S         only this service (default: all)",
    "--repository R      where its images are, host/path, if promotion.yaml does not say it",
    "--json              one JSON object (docs/cli.md)",
    "Evidence without a trusted time counts as if it had been there already.",
    "Exit code 1 if a decision would turn.",
  ],
  flags: {
    "against-history": { type: "boolean" },
    promotion: text,
    service: text,
    repository: text,
    json: { type: "boolean" },
  },
  takesPositionals: false,
  run: async (args, io) => {
    if (args.flags["against-history"] !== true)
      throw wrongUsage("policy test", "--against-history", "nothing to test against");
    const promotion = readPromotion(args);
    const named = textFlag(args, "service");
    const services = named === undefined ? promotion.services.map(({ name }) => name) : [named];
    const places = services
      .flatMap((service) => placesIn(promotion, service))
      .filter((place) => !findPlace(promotion, place).environment.builds);
    const results = await withRegistry(io, async (registry) => {
      const world = { registry: remembering(registry), promotion, now: io.now?.() ?? new Date() };
      return each(places, 16, (place) =>
        judgeAgain(world, repositoryOf(io, args, promotion, place.service), place),
      );
    });
    const all = results.flat();
    io.out(args.flags["json"] === true ? asJson(resultsJson(all)) : showResults(all));
    return all.some(isTurned) ? Exit.no : Exit.yes;
  },
};
