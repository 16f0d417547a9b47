import type { Gate } from "../promotion";
import { no, yes } from "./answer";
import { ageRefusal, foundInstead, judgeNewest, reasonOf, saying, type Said } from "./claims";
import { personOf } from "./people";
import { attestStep } from "./steps";
import type { Answer, Facts } from "./types";
import { either, moment, plain } from "./words";

type ReviewGate = Extract<Gate, { kind: "review" }>;

/** A named person looked into it. One no of any of them is a no, until that person says otherwise. */
export function judgeReview(facts: Facts, gate: ReviewGate): Answer {
  const { what, of } = gate;
  const reviews = saying(facts, "review", null).filter(({ said }) => said.what === what);
  const judged = of.flatMap((name) => {
    const own = reviews.filter(({ claim }) => personOf(facts.rules.people, claim)?.name === name);
    const answer = judgeNewest(own, badReview, ({ claim }) => oldReview(facts, name, claim, gate.maxAge));
    return answer ? [{ name, answer }] : [];
  });
  const bad = judged.find(({ answer }) => "bad" in answer);
  const [good] = judged.flatMap(({ name, answer }) => ("used" in answer ? [{ name, ...answer.used }] : []));
  if (good && !bad) {
    const when = good.claim.time ? ` on ${moment(good.claim.time)}` : "";
    return yes(`${what} review passed by ${good.name}${when}`, [good.claim.id]);
  }
  const step = attestStep(facts, "review", `--what ${what} --result passed`);
  const reasons = (bad ? [bad] : judged).flatMap(({ name, answer }) =>
    "used" in answer ? [] : [`${name}: ${reasonOf(answer)}`],
  );
  const reason =
    reasons.length > 0
      ? `${what} review of ${reasons.join("; ")}`
      : `expected a ${what} review by ${either(of)}, found ${foundInstead(facts, "review")}`;
  return no(reason, `Have ${bad ? bad.name : either(of)} review it and sign: ${step}`);
}

function badReview({ said }: Said<"review">): string | undefined {
  if (said.result === "passed") return undefined;
  return `expected passed, found failed${said.reason === undefined ? "" : `: ${plain(said.reason)}`}`;
}

function oldReview(
  { rules, now }: Facts,
  name: string,
  claim: Said<"review">["claim"],
  maxAge: number | null,
): string | undefined {
  const bot = rules.people.find((person) => person.name === name)?.bot === true;
  return bot ? "expected a person, found a bot" : ageRefusal(claim, maxAge, now);
}
