import type { Registry } from "@waybill/core/registry";
import type { Known, Setting } from "../setting";
import type { Surroundings } from "../surroundings";
import { type Answer, no } from "./answer";

export type { Answer, No } from "./answer";

/**
 * Asks whether images may run, each of them once in a run and under one setting, which stands for policy and environment. In
 * an update a no is asked again: the decision may be made meanwhile. All that it takes is loaded when somebody asks.
 */
export function createAsking(
  surroundings: Surroundings,
): (setting: Setting, image: string) => Promise<Answer> {
  const settings = new WeakMap<Setting, Map<string, Promise<Answer>>>();
  let registry: Promise<Registry> | undefined;
  const find = async (known: Known, image: string): Promise<Answer> => {
    // Not import: it would have to name a file that only the bundle has.
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when somebody asks, and only then
    const { ask } = require("./ask") as typeof import("./ask");
    registry ??= surroundings.openRegistry();
    return ask(surroundings, { known, image, registry: await registry, preview: surroundings.isPreview() });
  };
  return async (setting, image) => {
    if (!setting.known) return UNKNOWABLE;
    const answers = settings.get(setting) ?? new Map<string, Promise<Answer>>();
    settings.set(setting, answers);
    const asked = answers.get(image) ?? find(setting.known, image);
    answers.set(image, asked);
    const answer = await asked;
    if (!answer.ok && !surroundings.isPreview()) answers.delete(image);
    return answer;
  };
}

const UNKNOWABLE = no(
  "an image that the promotion policy lets run here",
  "no promotion policy, or no environment in it, to ask",
  "Say where this is and where promotion.yaml is: see the README of the policy pack.",
);
