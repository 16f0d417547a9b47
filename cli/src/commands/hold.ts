import { describePlace } from "@waybill/core/release";
import { type Command, Exit } from "../command";
import { textFlag, wrongUsage } from "../input";
import { asJson } from "../output";
import { textIn } from "../settings/read";
import { writeSetting } from "../settings/write";
import { onePlace, openStack, readPromotion } from "../stack";
import { timeAhead } from "../time";

const text = { type: "string" } as const;

export const command: Command = {
  usage: "ENV --until TIME|DURATION | --release",
  help: [
    "Keeps ENV at what it runs until then: one line in the stack's settings file.",
    "--until T           as in 2027-01-31T18:00:00Z or 24h",
    "--release           ends it: takes the line out",
    "--service S         one of the services of promotion.yaml; may be left out where there is one",
    "--target T          one target of the environment, where it has several",
    "--promotion FILE    default: promotion.yaml",
    "--config-file FILE  the stack's settings (default: Pulumi.STACK.yaml beside promotion.yaml)",
    "--json              one JSON object (docs/cli.md)",
  ],
  flags: {
    service: text,
    target: text,
    promotion: text,
    "config-file": text,
    json: { type: "boolean" },
    until: text,
    release: { type: "boolean" },
  },
  takesPositionals: true,
  // eslint-disable-next-line @typescript-eslint/require-await -- all commands answer later
  run: async (args, io) => {
    const until = textFlag(args, "until");
    if ((until !== undefined) === (args.flags["release"] === true))
      throw wrongUsage("hold", "--until TIME or --release", until === undefined ? "neither" : "both");
    const promotion = readPromotion(args);
    const { place, settings } = openStack(args, promotion, onePlace("hold", args, promotion));
    const time =
      until === undefined ? undefined : timeAhead("--until", until, io.now?.() ?? new Date()).toISOString();
    const before = textIn(settings, "hold") ?? null;
    const changed = writeSetting(settings, "hold", time);
    const { file } = settings;
    if (args.flags["json"] === true) {
      const { service, environment, target = null } = place;
      io.out(asJson({ service, environment, target, until: time ?? null, before, file, changed }));
      return Exit.yes;
    }
    const held = time === undefined ? "is not held" : `is held until ${time}`;
    io.out(
      `${describePlace(place)} ${held}\n${changed ? "waybill:hold was changed" : "nothing to change"} in ${file}\n`,
    );
    return Exit.yes;
  },
};
