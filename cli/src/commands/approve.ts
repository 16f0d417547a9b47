import type { Approval } from "@waybill/core/evidence";
import { freezeName } from "@waybill/core/gates";
import { parsePinned, quote } from "@waybill/core/image";
import { windowOf } from "@waybill/core/promotion";
import { attest, type Attested, signingOf } from "@waybill/core/proof";
import type { Registry } from "@waybill/core/registry";
import { describePlace } from "@waybill/core/release";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { approvalOf, type Subject, subjectOf } from "../approval/subject";
import { outcomeJson, outcomeOf, showOutcome } from "../approval/outcome";
import { showSubject } from "../approval/show";
import { refusalIn, surveyFor } from "../ask";
import { type Arguments, CliError, type Command, Exit, type ExitCode, type Io } from "../command";
import { requiredFlag, textFlag, wrongUsage } from "../input";
import { asJson } from "../output";
import { withRegistry } from "../registry";
import { remembering } from "../remember";
import {
  digestFlag,
  openStack,
  placesOf,
  readPromotion,
  requestOf,
  STACK_FLAGS,
  STACK_HELP,
  type Stack,
} from "../stack";
import { seconds, timeAhead } from "../time";

type Subjects = readonly [Subject, ...Subject[]];
type Ask = (registry: Registry) => Promise<Subjects>;

export const command: Command = {
  usage: "ENV [--digest D] --signer REF [--freeze NAME] [--expires 24h] [--reason TEXT] [--yes]",
  help: [
    "Shows what would enter ENV, asks, and then signs a yes to exactly that: digest, evidence, rules and settings.",
    "The same for new settings of the digest that runs there.",
    "--digest D          what to approve (default: what the environment before runs)",
    "--signer REF        a file that says how to sign (docs/evidence.md), or NAME://KEY for a key service",
    "--freeze NAME       for this freeze, which lasts now, too",
    "--expires T         as in 24h (default) or 2027-01-31T18:00:00Z",
    "--reason TEXT       shown wherever the approval is",
    "--yes               without being asked; needed where standard input is no terminal",
    ...STACK_HELP,
    "Exit code 1 if there is nothing to approve, nothing was signed, or what was signed does not count.",
  ],
  flags: {
    ...STACK_FLAGS,
    signer: { type: "string" },
    freeze: { type: "string" },
    expires: { type: "string" },
    reason: { type: "string" },
    yes: { type: "boolean" },
  },
  takesPositionals: true,
  run: async (args, io) => {
    const signer = requiredFlag("approve", args, "signer");
    const json = args.flags["json"] === true;
    const yes = args.flags["yes"] === true;
    if (json && !yes) throw wrongUsage("approve", "--yes with --json", "none");
    const expires = timeAhead("--expires", textFlag(args, "expires") ?? "24h", io.now?.() ?? new Date());
    const freeze = textFlag(args, "freeze");
    const ask = await asking(args, io);
    return withRegistry(io, async (registry) => {
      const subjects = await ask(registry).catch((error: unknown) => sayNo(io, noIn(error)));
      if (typeof subjects === "number") return subjects;
      if (!json) io.out(subjects.map((subject) => showSubject(subject, expires, freeze)).join("\n"));
      if (!yes && !(await confirmed(io))) return sayNo(io, "nothing was signed");
      const approval = approvalOf(subjects, { expires, reason: textFlag(args, "reason"), freeze });
      const signed = await sign(registry, io, signer, subjects, approval);
      const outcome = outcomeOf(signed, await ask(registry), freeze);
      io.out(json ? asJson(outcomeJson(subjects, signed, approval, outcome)) : showOutcome(signed, outcome));
      return outcome.refusal === undefined ? Exit.yes : Exit.no;
    });
  },
};

/** Nothing to approve, in plain words. */
class Nothing extends Error {}

function noIn(error: unknown): string {
  return error instanceof Nothing ? error.message : refusalIn(error).message;
}

function sayNo({ out }: Io, reason: string): ExitCode {
  out(`no: ${reason.trimEnd()}\n`);
  return Exit.no;
}

/** Everything but the registry is read once, so that both looks are at the same settings. */
async function asking(args: Arguments, io: Io): Promise<Ask> {
  const promotion = readPromotion(args);
  const places = placesOf("approve", args, promotion);
  if (places.length > 1 && args.flags["config-file"] !== undefined)
    throw wrongUsage("approve", "--target beside --config-file, as each target has its own file", "none");
  const stacks = places.map((place) => openStack(args, promotion, place));
  const asked = await Promise.all(
    stacks.map(async (stack) => ({ stack, request: await requestOf(io, args, stack) })),
  );
  return async (registry) => {
    const client = remembering(registry);
    const subjects = await Promise.all(
      asked.map(async ({ stack, request }): Promise<Subject> => {
        const answered = await surveyFor(io, client, stack, request, digestFlag(args));
        const subject = "none" in answered ? answered.none : subjectOf(answered.survey);
        if (typeof subject === "string") throw new Nothing(`${describePlace(stack.place)}: ${subject}`);
        assertFrozen(subject, textFlag(args, "freeze"));
        return subject;
      }),
    );
    return asOne(subjects, stacks);
  };
}

/** What is given outside of a freeze counts in none: better not to sign it. */
function assertFrozen({ facts, verdicts, place }: Subject, name: string | undefined): void {
  if (name === undefined || verdicts.some(({ gate }) => gate === freezeName(name))) return;
  const { freezes } = facts.rules;
  const freeze = freezes.find((one) => one.name === name);
  if (!freeze) {
    const known = freezes.map((one) => one.name).join(", ");
    throw wrongUsage(
      "approve",
      known === "" ? "no --freeze: there is none" : `--freeze, one of: ${known}`,
      quote(name),
    );
  }
  const next = windowOf(freeze, facts.now);
  const when = next ? `begins on ${seconds(next.from)}` : "is over";
  throw new Nothing(
    `${describePlace(place)}: the freeze ${name} ${when}, and an approval for it is given while it lasts`,
  );
}

/** One statement binds one digest and one hash of settings. */
function asOne([first, ...others]: readonly Subject[], stacks: readonly Stack[]): Subjects {
  if (!first) throw new Nothing("there is no such place");
  const blocked = first.verdicts.find(({ gate, pass }) => gate === "block" && !pass);
  if (blocked) throw new Nothing(`${blocked.reason}. ${blocked.next}`);
  const differing = others.find(
    ({ to, facts }) => to.digest !== first.to.digest || facts.config !== first.facts.config,
  );
  if (!differing) return [first, ...others];
  throw new CliError("usage", {
    about: `waybill approve ${first.place.environment}`,
    expected: "one digest with one set of settings",
    found: `that ${stacks.map(({ name }) => name).join(", ")} differ in them`,
    next: "Approve each by itself: --target T.",
  });
}

function sign(
  registry: Registry,
  io: Io,
  signer: string,
  subjects: Subjects,
  approval: Approval,
): Promise<Attested> {
  const [{ to }] = subjects;
  const image = parsePinned(`${to.repository}@${to.digest}`);
  const signing = signingOf(signer, image.registry, io.environment ?? process.env);
  const words = { predicateType: PREDICATE_TYPES.approval, predicate: approval };
  return attest(registry, image, words, signing, { now: io.now?.() ?? new Date() });
}

/** A question that nobody reads would wait for ever. */
async function confirmed({ stdin, err }: Io): Promise<boolean> {
  if (!("isTTY" in stdin) || stdin.isTTY !== true) {
    throw new CliError("usage", {
      about: "waybill approve",
      expected: "a terminal as standard input, to ask whether to sign",
      found: "something else",
      next: "Nothing was signed. If this is what you approve, say so: --yes.",
    });
  }
  err("Sign it? Write yes: ");
  let text = "";
  for await (const chunk of stdin) {
    text += Buffer.from(chunk).toString("utf8");
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0]?.trim() === "yes";
}
