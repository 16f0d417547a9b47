import type { Place, Promotion } from "@waybill/core/promotion";
import { findPlace } from "@waybill/core/promotion";
import type { Registry } from "@waybill/core/registry";
import { type Arguments, type Command, Exit, type Io } from "../command";
import { each } from "../estate/each";
import { type Look, lookClosely, lookQuickly, type World } from "../estate/look";
import { type Next, nextFor } from "../estate/next";
import { placesIn, upstreamPlaces } from "../estate/places";
import { showAlarms, showPlace, showTable, statusJson } from "../estate/show";
import { wrongUsage } from "../input";
import { asJson } from "../output";
import { withRegistry } from "../registry";
import { remembering } from "../remember";
import { PLACE_FLAGS, PLACE_HELP, placesOf, readPromotion, repositoryOf, serviceOf } from "../stack";

/** Places that are looked at at once; the client keeps to what each registry allows. */
const AT_ONCE = 32;

export const command: Command = {
  usage: "[ENV] [--service S] [--all]",
  help: [
    "What runs where, since when, by which decision, what waits for which gate, and what a rollback would bring back.",
    "--all               every service, in one line for each place, from the newest records alone",
    ...PLACE_HELP,
    "A time with a question mark was not witnessed by anybody trusted.",
    "Exit code 1 if something runs that is blocked, or whose decision was revoked: it stands in the first line.",
  ],
  flags: { ...PLACE_FLAGS, all: { type: "boolean" } },
  takesPositionals: true,
  run: async (args, io) => {
    const all = args.flags["all"] === true;
    if (all && (args.positionals.length > 0 || args.flags["target"] !== undefined))
      throw wrongUsage("status", "--all without ENV and --target", "both");
    const promotion = readPromotion(args);
    const places = askedPlaces(args, promotion, all);
    const found = await withRegistry(io, (registry) =>
      lookAt(io, args, { registry, promotion, places, all }),
    );
    const alarming = found.some(({ look }) => look.alarms.length > 0);
    if (args.flags["json"] === true) io.out(asJson(statusJson(found)));
    else io.out(showAlarms(found) + (all ? showTable(found) : found.map(showPlace).join("")));
    return alarming ? Exit.no : Exit.yes;
  },
};

export interface Found {
  readonly look: Look;
  readonly next: Next | undefined;
}

function askedPlaces(args: Arguments, promotion: Promotion, all: boolean): readonly Place[] {
  if (args.positionals.length > 0) return placesOf("status", args, promotion);
  const named = args.flags["service"];
  const services =
    all && named === undefined
      ? promotion.services.map(({ name }) => name)
      : [serviceOf("status", args, promotion)];
  const places = services.flatMap((service) => placesIn(promotion, service));
  places.forEach((place) => findPlace(promotion, place));
  return places;
}

interface Asked {
  readonly registry: Registry;
  readonly promotion: Promotion;
  readonly places: readonly Place[];
  readonly all: boolean;
}

async function lookAt(
  io: Io,
  args: Arguments,
  { registry, promotion, places, all }: Asked,
): Promise<Found[]> {
  const world: World = { registry: remembering(registry), promotion, now: io.now?.() ?? new Date() };
  const look = all ? lookQuickly : lookClosely;
  const looks = new Map<string, Promise<Look>>();
  const lookOnce = (place: Place): Promise<Look> => {
    const key = JSON.stringify(place);
    const known = looks.get(key) ?? look(world, repositoryOf(io, args, promotion, place.service), place);
    looks.set(key, known);
    return known;
  };
  return each(places, AT_ONCE, async (place): Promise<Found> => {
    const [own, ...upstream] = await Promise.all([place, ...upstreamPlaces(promotion, place)].map(lookOnce));
    if (!own) throw new Error("a place was not looked at");
    const settled = all && !upstream.some((one) => digestIn(one) !== digestIn(own));
    const builds = findPlace(promotion, place).environment.builds;
    return { look: own, next: builds || settled ? undefined : await nextFor(io, args, world, own) };
  });
}

function digestIn({ entry }: Look): string | undefined {
  return entry?.record.kind === "removed" ? undefined : entry?.record.image.digest;
}
