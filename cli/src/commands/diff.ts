import { diffMarkdown, diffText, lookAtDifference, type Difference } from "@waybill/core/diff";
import { runningIn, type Survey } from "@waybill/core/release";
import { surveyFor } from "../ask";
import { type Arguments, type Command, Exit, type Io } from "../command";
import { wrongUsage } from "../input";
import { asJson } from "../output";
import { withRegistry } from "../registry";
import { remembering } from "../remember";
import {
  digestFlag,
  onePlace,
  openStack,
  readPromotion,
  requestOf,
  STACK_FLAGS,
  STACK_HELP,
  type Stack,
} from "../stack";

export const command: Command = {
  usage: "ENV [--digest D] [--markdown]",
  help: [
    "What a promotion would change: image, commits, settings, packages, scan, gates, approvals, and the way back.",
    "--digest D          any digest that the environment before has deployed (default: what it runs)",
    "--markdown          for a pull request",
    ...STACK_HELP,
    "Exit code 1 if it may not enter.",
  ],
  flags: { ...STACK_FLAGS, markdown: { type: "boolean" } },
  takesPositionals: true,
  run: async (args, io) => {
    const show = showerOf(args);
    const promotion = readPromotion(args);
    const stack = openStack(args, promotion, onePlace("diff", args, promotion));
    const request = await requestOf(io, args, stack);
    const answer = await withRegistry(io, (registry) =>
      look(io, args, stack, request, remembering(registry)),
    );
    if (typeof answer === "string") {
      io.out(args.flags["json"] === true ? asJson({ none: answer }) : `no: ${answer}\n`);
      return Exit.no;
    }
    io.out(show(answer));
    return answer.mayEnter && answer.waiting === null ? Exit.yes : Exit.no;
  },
};

function showerOf({ flags }: Arguments): (difference: Difference) => string {
  const { json, markdown } = flags;
  if (json === true && markdown === true) throw wrongUsage("diff", "one of --json and --markdown", "both");
  if (json === true) return asJson;
  return markdown === true ? diffMarkdown : diffText;
}

async function look(
  io: Io,
  args: Arguments,
  stack: Stack,
  request: Parameters<typeof surveyFor>[3],
  registry: Parameters<typeof surveyFor>[1],
): Promise<Difference | string> {
  const answered = await surveyFor(io, registry, stack, request, digestFlag(args));
  if ("none" in answered) return answered.none;
  const { survey } = answered;
  const known = args.flags["config-hash"] === undefined ? survey : withoutSecrets(survey);
  return (await lookAtDifference(registry, known, stack.folder)) ?? "there is no candidate";
}

/** Who cannot decrypt them cannot compare them either; that something differs shows in the hash. */
function withoutSecrets(survey: Survey): Survey {
  const secrets = runningIn(survey.own)?.record.secrets ?? {};
  return { ...survey, configuration: { ...survey.configuration, secrets } };
}
