import {
  describeGate,
  findWarnings,
  loadPromotion,
  type Place,
  type Promotion,
  type Rules,
  rulesFor,
  stackName,
  windowOf,
} from "@waybill/core/promotion";
import { type Command, Exit } from "../command";
import { wrongUsage } from "../input";
import { asJson, table } from "../output";
import { PROMOTION_FILE } from "../policy";
import { seconds } from "../time";

/** What holds for one service in one environment, whatever its targets. */
interface Asked {
  readonly rules: Rules;
  readonly builds: boolean;
  readonly stacks: readonly string[];
}

export const command: Command = {
  usage: "[FILE]",
  help: [
    `Reads a promotion file (default: ${PROMOTION_FILE}), tells every mistake with its line, or what it asks where.`,
    "--json  one JSON object (docs/cli.md)",
    "Exit code 0 if it is right, also with warnings; 2 if it is not.",
  ],
  flags: { json: { type: "boolean" } },
  takesPositionals: true,
  run: ({ flags, positionals }, io) => {
    const [file = PROMOTION_FILE, ...others] = positionals;
    if (others.length > 0) throw wrongUsage("policy check", "one file", `${positionals.length}`);
    const promotion = loadPromotion(file);
    const now = io.now?.() ?? new Date();
    const warnings = findWarnings(promotion, now);
    const asked = askedIn(promotion);
    if (flags["json"] === true) io.out(asJson(toJson(promotion, asked, warnings, now)));
    else {
      io.out(describe(promotion, asked, now));
      for (const warning of warnings) io.err(`warning: ${file}: ${warning}\n`);
    }
    return Promise.resolve(Exit.yes);
  },
};

function askedIn(promotion: Promotion): readonly Asked[] {
  return promotion.services.flatMap(({ name: service }) =>
    promotion.environments.flatMap(({ name: environment, builds, targets }) => {
      const places = targets.map((target): Place => ({ service, environment, target }));
      const [place] = places;
      if (!place) return [];
      const stacks = places.map((one) => stackName(promotion, one));
      return [{ rules: rulesFor(promotion, place), builds, stacks }];
    }),
  );
}

function describe({ file, owner, nextReview }: Promotion, asked: readonly Asked[], now: Date): string {
  const rows = asked.flatMap(({ rules, builds }) =>
    (builds ? [["", "images are built here"]] : asksOf(rules, now)).map(([name = "", words = ""], index) => [
      index === 0 ? rules.service : "",
      index === 0 ? rules.environment : "",
      name,
      words,
    ]),
  );
  const head = `OK: ${file}, owned by ${owner}, to be reviewed by ${seconds(nextReview).slice(0, 10)}\n`;
  return head + table([["SERVICE", "ENVIRONMENT", "GATE", "ASKS"], ...rows]);
}

function asksOf(rules: Rules, now: Date): string[][] {
  return [
    ["proof, order, block", "always"],
    ...rules.gates.map((gate) => [gate.name, describeGate(gate)]),
    ["pin", rules.pin ? "required" : "optional"],
    ...rules.configGates.map((gate) => [`settings alone: ${gate.name}`, describeGate(gate)]),
    ...rules.freezes.map(({ name, ...freeze }) => [
      `freeze ${name}`,
      `${whenOf({ name, ...freeze }, now)}: ${freeze.approvals.count} more of ${freeze.approvals.of.join(", ")} (${freeze.reason})`,
    ]),
    ["may override", rules.overrides.join(", ") || "nobody"],
    ...rules.exceptions.map(({ gate, finding, owner, expires }) => [
      `exception of ${gate}`,
      `${finding} until ${seconds(new Date(expires))}, by ${owner}`,
    ]),
  ];
}

function whenOf(freeze: Rules["freezes"][number], now: Date): string {
  const window = windowOf(freeze, now);
  if (!window) return "over";
  const until = `until ${seconds(window.until)}`;
  return window.from <= now ? `now, ${until}` : `next from ${seconds(window.from)} ${until}`;
}

function toJson(
  { file, owner, nextReview, trust }: Promotion,
  asked: readonly Asked[],
  warnings: readonly string[],
  now: Date,
): object {
  return {
    file,
    owner,
    nextReview: nextReview.toISOString(),
    trust: trust.hash,
    warnings,
    places: asked.map(({ rules: { people, ...rules }, builds, stacks }) => ({
      ...rules,
      builds,
      stacks,
      freezes: rules.freezes.map((freeze) => ({ ...freeze, window: windowJson(freeze, now) })),
      people: people.map(({ name }) => name),
    })),
  };
}

function windowJson(freeze: Rules["freezes"][number], now: Date): object | null {
  const window = windowOf(freeze, now);
  return window
    ? { from: window.from.toISOString(), until: window.until.toISOString(), open: window.from <= now }
    : null;
}
