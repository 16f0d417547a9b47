import { type History, readHistory } from "@waybill/core/history";
import { type Command, Exit } from "../command";
import { historyJson, showHistory } from "../estate/history";
import { textFlag, wrongUsage } from "../input";
import { asJson } from "../output";
import { withRegistry } from "../registry";
import { PLACE_FLAGS, PLACE_HELP, placesOf, readPromotion, repositoryOf, serviceOf } from "../stack";

export const command: Command = {
  usage: "ENV [--service S] [--limit N]",
  help: [
    "Every deployment of ENV with tag and digest, oldest to newest, as it is signed.",
    "--limit N           the newest N only",
    ...PLACE_HELP,
    "A time with a question mark was not witnessed by anybody trusted.",
  ],
  flags: { ...PLACE_FLAGS, limit: { type: "string" } },
  takesPositionals: true,
  run: async (args, io) => {
    const limit = readLimit(textFlag(args, "limit"));
    const promotion = readPromotion(args);
    const places = placesOf("history", args, promotion);
    const repository = repositoryOf(io, args, promotion, serviceOf("history", args, promotion));
    const now = io.now?.() ?? new Date();
    const histories: History[] = await withRegistry(io, (registry) =>
      Promise.all(places.map((place) => readHistory(registry, repository, place, promotion.trust, now))),
    );
    const json = args.flags["json"] === true;
    io.out(
      json ? asJson(historyJson(histories, limit)) : histories.map((one) => showHistory(one, limit)).join(""),
    );
    return Exit.yes;
  },
};

function readLimit(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw wrongUsage("history", "--limit with a number from 1 on", JSON.stringify(text));
}
