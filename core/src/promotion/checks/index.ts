import { findImpossibleTimes, isBackward, type Mistake, partsAt } from "../../schema";
import { findTrustMistakes } from "../../trust";
import { findWrongImages } from "./images";
import { findWrongNames } from "./names";
import { findConfusedPeople } from "./people";
import { findWrongPlaces } from "./places";
import { findOrderMistakes } from "./order";
import { findWrongTiers } from "./tiers";

const TIMES = [
  "/nextReview",
  ...["/environments/*/freezes/*/from", "/environments/*/freezes/*/until"],
  "/environments/*/levels/*/warnUntil",
  ...["/external/*/expires", "/exceptions/*/expires"],
];

/**
 * What the schema cannot see. Most checks look at whatever is there, so that all mistakes are told at once; only what
 * rests on a part with mistakes of its own waits until that is right.
 */
export function crossCheck(document: unknown, wrongShape: readonly Mistake[]): Mistake[] {
  const trust = partsAt(document, "/trust")[0]?.value;
  const mistakes = [
    ...findOrderMistakes(document),
    ...findConfusedPeople(document),
    ...findWrongNames(document),
    ...findWrongTiers(document),
    ...findWrongImages(document),
    ...findImpossibleTimes(document, TIMES),
    ...partsAt(document, "/environments/*/freezes/*")
      .filter(({ value }) => isBackward(value))
      .map(({ path }) => ({ path: `${path}/until`, message: "ends before it starts" })),
    ...findTrustMistakes(trust).map(({ path, message }) => ({ path: `/trust${path}`, message })),
  ];
  return [...mistakes, ...findWrongPlaces(document, [...wrongShape, ...mistakes])];
}
