import { casesWith, type GuardCase, type Rule } from "../fixtures/guard/cases";
import { DIFFERENCES, type Engine } from "../fixtures/guard/differences";
import { type ImageName, IMAGES } from "../fixtures/guard/images";

export { type GuardCase, type Rule } from "../fixtures/guard/cases";
export type { Engine } from "../fixtures/guard/differences";
export { DECIDED_IMAGES, EXTERNAL, type ImageName, IMAGES, REGISTRIES } from "../fixtures/guard/images";
export type { KubeObject } from "../fixtures/guard/objects";

/** The cases that every engine gets, with other texts for some of the images where they must be real. */
export function guardCases(images: Partial<Record<ImageName, string>> = {}): GuardCase[] {
  return casesWith({ ...IMAGES, ...images });
}

/** Whether an engine that asks only some of the rules must refuse: as the fixtures say, but for the listed differences. */
export function mustRefuse({ name, refusedBy }: GuardCase, engine: Engine, asked: readonly Rule[]): boolean {
  const known = DIFFERENCES.find(
    (difference) => difference.engine === engine && difference.cases.some((start) => name.startsWith(start)),
  );
  if (known) return known.verdict === "refuses";
  return refusedBy.some((rule) => asked.includes(rule));
}
