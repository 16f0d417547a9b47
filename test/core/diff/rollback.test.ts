import { differenceOf } from "@waybill/core/diff";
import type { Claim } from "@waybill/core/evidence";
import { ago, claimOf, HOUR, IMAGE, instead, MINUTE, type Signing, withRules } from "../../support/gates";
import { surveyOf } from "../release/support";

const says = (rollback: "safe" | "unsafe", by: string, signing: Signing = {}): Claim =>
  claimOf("compatibility", { rollback, sideBySide: true, changes: [] }, by, signing);

const safe = (claims: readonly Claim[], gates?: readonly never[]): boolean | null | undefined => {
  const survey = surveyOf({ pin: IMAGE.digest });
  if (!survey.offered) throw new Error("nothing is offered");
  const facts = instead(survey.offered, "compatibility", ...claims);
  const offered = gates ? withRules(facts, { gates }) : facts;
  const shapes = { from: undefined, to: [] };
  return differenceOf({ ...survey, offered }, { range: undefined, shapes })?.rollback?.safe;
};

test("G7: whether going back is safe says the signer whom the gate asks, whoever spoke last", () => {
  const early = { time: ago(2 * HOUR) };
  expect(safe([says("unsafe", "ci", early), says("safe", "someone")])).toBe(false);
  expect(safe([says("safe", "ci", early), says("unsafe", "someone")])).toBe(true);
  expect(safe([says("safe", "someone")])).toBeNull();
});

test("the newest of that signer counts, and all that may be the newest", () => {
  const late = { time: ago(MINUTE) };
  expect(safe([says("unsafe", "ci", { time: ago(HOUR) }), says("safe", "ci", late)])).toBe(true);
  expect(safe([says("safe", "ci", late), says("unsafe", "ci", { time: undefined })])).toBe(false);
});

test("without such a gate anybody whom the trust policy lets may say it", () => {
  expect(safe([says("safe", "someone")], [])).toBe(true);
  expect(safe([], [])).toBeNull();
});
