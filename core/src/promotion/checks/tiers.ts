import { type Mistake, partsAt, textAt, textsAt } from "../../schema";
import { READY_MADE } from "../tiers";
import { lastOf } from "./people";

export function findWrongTiers(document: unknown): Mistake[] {
  const own = partsAt(document, "/tiers/*").map(({ path }) => lastOf(path));
  const known = [...Object.keys(READY_MADE), ...own];
  return [
    ...["/services/*/tier", "/tiers/*/extends"]
      .flatMap((path) => textsAt(document, path))
      .filter(({ value }) => !known.includes(value))
      .map(({ path, value }) => ({ path, message: `no tier "${value}" is listed` })),
    ...own
      .filter((name) => Object.hasOwn(READY_MADE, name))
      .map((name) => ({
        path: `/tiers/${name}`,
        message: `tier "${name}" is ready-made: extend it under another name`,
      })),
    ...own
      .filter((name) => comesBack(document, name))
      .map((name) => ({ path: `/tiers/${name}/extends`, message: `tier "${name}" extends itself` })),
  ];
}

function comesBack(document: unknown, name: string): boolean {
  const seen = new Set<string>();
  let next = textAt(document, `/tiers/${name}/extends`);
  while (next !== undefined && next !== name && !seen.has(next)) {
    seen.add(next);
    next = textAt(document, `/tiers/${next}/extends`);
  }
  return next === name;
}
