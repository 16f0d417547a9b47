import { shapeOf, type Survey } from "../release";
import type { Registry, Waiting } from "../registry";
import { readCommits } from "../source";
import { differenceOf, type Difference } from "./difference";

/** Looks at what only git and the registry know, and compares; undefined where there is no candidate. */
export async function lookAtDifference(
  registry: Registry,
  survey: Survey,
  folder: string,
  waiting: Waiting = {},
): Promise<Difference | undefined> {
  const { candidate, last } = survey;
  if (!("image" in candidate)) return undefined;
  const from = last?.removed === false ? last.entry.record.image : undefined;
  const to = candidate.image;
  const [range, before, after] = await Promise.all([
    from && readCommits(folder, from.commit, to.commit),
    from && shapeOf(registry, from, waiting),
    shapeOf(registry, to, waiting),
  ]);
  return differenceOf(survey, { range, shapes: { from: before, to: after } });
}
