import type { Freeze, Gate, Person } from "../promotion";
import { no, yes } from "./answer";
import { bindingRefusal } from "./binding";
import { ageRefusal, foundInstead, saying, type Said } from "./claims";
import { freezeRefusal } from "./freeze";
import { circles, namesOf, normal, personOf } from "./people";
import { approveStep } from "./steps";
import type { Answer, Facts } from "./types";
import { counted, either, listed, plain } from "./words";

type ApprovalsGate = Extract<Gate, { kind: "approvals" }>;

/** How many of whom; whether who made or asks for the change may be among them; and the freeze that they must name. */
type Asked = Pick<ApprovalsGate, "count" | "of" | "author"> & { readonly freeze?: Freeze };

interface Judged {
  readonly approval: Said<"approval">;
  readonly person: Person | undefined;
  readonly refusal: string | undefined;
}

interface Tally {
  readonly counting: readonly Judged[];
  /** Who does not count, and why. */
  readonly refusals: readonly string[];
  /** Names of those who may still approve. */
  readonly free: readonly string[];
}

export function judgeApprovals(facts: Facts, gate: Asked): Answer {
  if (gate.author === "refused" && facts.image.author === null) {
    return no(
      "expected to know the commit's author, who may not approve it, found none",
      "Build the image again from a git checkout that tells the commit's author.",
    );
  }
  const tally = toTally(facts, gate);
  const names = tally.counting.map(({ person }) => person?.name ?? "");
  const evidence = tally.counting.map(({ approval }) => approval.claim.id);
  const others = tally.refusals.length > 0 ? `; not counted: ${listed(tally.refusals, 10)}` : "";
  const who = names.length > 0 ? `: ${names.join(", ")}` : "";
  if (names.length >= gate.count) return yes(`${counted(names.length, "approval")}${who}${others}`, evidence);
  const none =
    names.length === 0 && others === "" ? foundInstead(facts, "approval") : `${names.length}${who}`;
  return no(
    `expected ${counted(gate.count, "approval")} out of ${listed(gate.of, 10)}, found ${none}${others}`,
    nextStep(facts, tally.free, gate.freeze),
    evidence,
  );
}

export function judgeFreeze(facts: Facts, freeze: Freeze): Answer {
  const answer = judgeApprovals(facts, { ...freeze.approvals, author: "refused", freeze });
  return { ...answer, reason: `${freeze.reason}: ${answer.reason}` };
}

/** One person counts once, however many keys, addresses or entries (PRO-010, PRO-011). */
function toTally(facts: Facts, gate: Asked): Tally {
  const { people } = facts.rules;
  const judged = saying(facts, "approval", null).map((approval) => judgeOne(facts, gate, approval));
  const circle = circles([
    ...people.map(namesOf),
    ...judged.map(signerNames),
    ...(gate.author === "allowed" ? [] : involvedNames(facts)),
  ]);
  const involved = new Set(circle.slice(people.length + judged.length));
  const circleOf = (one: Judged): number => circle[people.length + judged.indexOf(one)] ?? -1;
  const able = judged.filter((one) => one.refusal === undefined && !involved.has(circleOf(one)));
  const counting = new Map(able.toReversed().map((one) => [circleOf(one), one]));
  const refusals = judged.flatMap((one) => {
    const same = counting.get(circleOf(one));
    if (same === one) return [];
    if (!same) return [`${nameOf(one)} (${one.refusal ?? "made or asks for this change"})`];
    if (same.person !== one.person)
      return [`${nameOf(one)} (${one.refusal ?? `the same person as ${same.person?.name ?? ""}`})`];
    return one.refusal === undefined ? [`${nameOf(one)} (counts once)`] : [];
  });
  const free = people.filter((person, index) => {
    const own = circle[index] ?? -1;
    return gate.of.includes(person.name) && !person.bot && !counting.has(own) && !involved.has(own);
  });
  return {
    counting: [...counting.values()].sort((one, other) => judged.indexOf(one) - judged.indexOf(other)),
    refusals: [...new Set(refusals)],
    free: free.map(({ name }) => name),
  };
}

function judgeOne(facts: Facts, { of, freeze }: Asked, approval: Said<"approval">): Judged {
  const { claim, said } = approval;
  const person = personOf(facts.rules.people, claim);
  const refusal = person
    ? (personRefusal(person, of) ??
      (freeze && freezeRefusal(freeze, approval, facts.now)) ??
      bindingRefusal(facts, said) ??
      ageRefusal(claim, null, facts.now))
    : "nobody whom promotion.yaml lists";
  return { approval, person, refusal };
}

/** Asked now, not when it was signed: who has left counts no longer (PRO-012). */
function personRefusal({ name, bot }: Person, of: readonly string[]): string | undefined {
  if (bot) return "a bot";
  return of.includes(name) ? undefined : "not among those who may approve";
}

function signerNames({ approval, person }: Judged): readonly string[] {
  const identity = normal(approval.claim.signer.identity);
  return person ? [normal(person.name), identity] : [identity];
}

/** Author of the commit and who asks for it, each by all names under which the policy may know them. */
function involvedNames({ image, requester, rules }: Facts): readonly (readonly string[])[] {
  return [image.author, requester].flatMap((who) => {
    if (who === null || who === undefined) return [];
    const signing = rules.people.filter(({ signers }) => signers.includes(who.trim()));
    return [[normal(who), ...signing.map(({ name }) => normal(name))]];
  });
}

function nameOf({ person, approval }: Judged): string {
  return person?.name ?? plain(approval.claim.signer.identity);
}

function nextStep(facts: Facts, free: readonly string[], freeze: Freeze | undefined): string {
  return free.length > 0
    ? `Have ${either(free)} run: ${approveStep(facts, freeze?.name)}`
    : "Nobody who is named is left to approve it: name more people for it in promotion.yaml.";
}
