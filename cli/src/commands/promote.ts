import type { ReleasedImage } from "@waybill/core/evidence";
import { describeVerdicts } from "@waybill/core/gates";
import { quote } from "@waybill/core/image";
import { describePlace, runningIn, type Survey } from "@waybill/core/release";
import { type Arguments, CliError, type Command, Exit, type Io } from "../command";
import { wrongUsage } from "../input";
import { asJson } from "../output";
import { judge, type Outcome } from "../promote/judge";
import { runPulumi } from "../pulumi";
import { withRegistry } from "../registry";
import { remembering } from "../remember";
import { writeSetting } from "../settings/write";
import { textIn } from "../settings/read";
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

interface Written {
  readonly before: string | null;
  readonly changed: boolean;
}

export const command: Command = {
  usage: "ENV [--digest D] [--dry-run] [--up] [-- PULUMI-ARGS]",
  help: [
    "Asks all gates of ENV; on a full yes it pins the digest there: one line in the stack's settings file.",
    "On a no it shows why and what to do next, and changes nothing.",
    "--digest D          any digest that the environment before has deployed (default: what it runs)",
    "--dry-run           change nothing in any case",
    "--up                then run pulumi up for the stack, with the policy pack in the folder policy",
    ...STACK_HELP,
    "Exit code 1 if it may not enter, 3 if pulumi up failed.",
  ],
  flags: { ...STACK_FLAGS, "dry-run": { type: "boolean" }, up: { type: "boolean" } },
  takesPositionals: true,
  run: async (args, io) => {
    const [own, more] = splitArguments(args);
    const promotion = readPromotion(own);
    const stack = openStack(own, promotion, onePlace("promote", own, promotion));
    const request = await requestOf(io, own, stack);
    const outcome = await withRegistry(io, async (registry) =>
      judge(io, remembering(registry), stack, request, digestFlag(own)),
    );
    const dry = own.flags["dry-run"] === true;
    const written = outcome.survey && outcome.ok && !dry ? pin(stack, outcome.survey) : undefined;
    const json = own.flags["json"] === true;
    const up = own.flags["up"] === true && written !== undefined;
    if (!json) io.out(describe(stack, outcome, written, up));
    if (up) await update(io, stack, json ? io.err : io.out, more);
    if (json) io.out(asJson(toJson(stack, outcome, written, up)));
    return outcome.ok ? Exit.yes : Exit.no;
  },
};

/** What is behind the environment goes to pulumi, and only where pulumi is run. */
function splitArguments(args: Arguments): [Arguments, readonly string[]] {
  const [environment, ...more] = args.positionals;
  const foreign = more.length > 0 && (args.flags["up"] !== true || more[0]?.startsWith("-") !== true);
  if (foreign)
    throw wrongUsage(
      "promote",
      "one environment; arguments for pulumi only with --up, after --",
      quote(more.join(" ")),
    );
  return [{ ...args, positionals: environment === undefined ? [] : [environment] }, more];
}

function pin({ settings }: Stack, { pin: digest }: Survey): Written {
  return { before: textIn(settings, "pin") ?? null, changed: writeSetting(settings, "pin", digest) };
}

/** A lock that somebody holds is theirs: nothing here ever takes it away. */
async function update(io: Io, stack: Stack, out: Io["out"], more: readonly string[]): Promise<void> {
  const args = ["up", ...stack.args, "--yes", "--policy-pack", "policy", ...more];
  const code = await runPulumi(io, { args, folder: stack.folder, out, err: io.err });
  if (code === 0) return;
  throw new CliError("pulumi", {
    about: `pulumi up --stack ${stack.name}`,
    expected: "exit code 0",
    found: `${code}; the pin stays set in ${stack.settings.file}`,
    next: "Look above for the reason, and run the same again: what was done already is not done twice.",
  });
}

function describe(
  stack: Stack,
  { ok, reason, survey, verdicts, notes }: Outcome,
  written: Written | undefined,
  up: boolean,
): string {
  const noted = notes.map((note) => `${note}\n`).join("");
  if (!ok) return `${noted}no: ${reason.trimEnd()}\n`;
  const { place, settings } = stack;
  const image = imageIn(survey);
  const table = verdicts.length > 0 ? `${describeVerdicts(verdicts).trimEnd()}\n` : "";
  const told = `yes: ${image?.digest ?? ""} (${image?.tag ?? ""}) for ${describePlace(place)}: ${reason}\n`;
  return `${noted}${table}${told}${pinned(settings.file, written)}${up || !written ? "" : `next: pulumi up ${stack.args.join(" ")} --policy-pack policy\n`}`;
}

function pinned(file: string, written: Written | undefined): string {
  if (!written) return "dry run: nothing was changed\n";
  if (!written.changed) return `nothing to change: ${file} has this waybill:pin already\n`;
  return `waybill:pin is set in ${file}${written.before === null ? "" : `; it was ${written.before}`}\n`;
}

function toJson(
  stack: Stack,
  { ok, reason, survey, verdicts, notes }: Outcome,
  written: Written | undefined,
  up: boolean,
): object {
  const { place, name, settings } = stack;
  const from = survey && runningIn(survey.own)?.record.image;
  const image = imageIn(survey);
  return {
    service: place.service,
    environment: place.environment,
    target: place.target ?? null,
    stack: name,
    from: from ? { digest: from.digest, tag: from.tag } : null,
    to: image ? { digest: image.digest, tag: image.tag } : null,
    verdict: ok ? "yes" : "no",
    reason,
    verdicts,
    notes,
    pin: written ? { file: settings.file, ...written } : null,
    up,
  };
}

function imageIn(survey: Survey | undefined): ReleasedImage | undefined {
  return survey && "image" in survey.candidate ? survey.candidate.image : undefined;
}
