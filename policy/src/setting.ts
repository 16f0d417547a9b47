import { resolve } from "node:path";
import { WaybillError } from "@waybill/core/problem";
import {
  type Environment,
  findPlace,
  levelOf,
  loadPromotion,
  type Place,
  type Promotion,
  ruleExceptions,
  type RuleException,
} from "@waybill/core/promotion";
import type { Options } from "./options";
import type { Surroundings } from "./surroundings";

/** What the rules need to know about where they run. Whatever cannot be found out makes them stricter. */
export interface Setting {
  /** Only the first environment of promotion.yaml builds images, and only there tags may float. */
  readonly builds: boolean;
  /** Ends a message: which environment this is, or why that is not known. */
  readonly why: string;
  readonly known: Known | undefined;
}

export interface Known {
  readonly promotion: Promotion;
  readonly environment: Environment;
  /** Undefined in a program that does not say which service it runs. */
  readonly place: Place | undefined;
}

/** The folder of the pack, from its sources as from its bundle. */
const PACK = resolve(__dirname, "..");

/** Never looks into the working directory: whoever runs the program must not choose the rules. */
export function findSetting(
  { stack, promotion }: Pick<Surroundings, "stack" | "promotion">,
  options: Options = {},
): Setting {
  const file = resolve(PACK, options.promotion || promotion() || "../promotion.yaml");
  try {
    const said = (["service", "environment", "target"] as const).map((key) => agreed(key, stack, options));
    const known = said.every((one) => "value" in one) ? said.map(({ value }) => value) : undefined;
    if (!known) return strict(said.flatMap((one) => ("value" in one ? [] : one.reason)).join(" "));
    const [service, environment, target] = known;
    if (environment === undefined) {
      return strict(
        "waybill:environment is not set in this stack. Run: pulumi config set waybill:environment NAME",
      );
    }
    return toSetting(loadPromotion(file), environment, service, target);
  } catch (error) {
    if (!(error instanceof WaybillError)) throw error;
    return strict(error.message);
  }
}

type Said = { readonly value: string | undefined } | { readonly value?: never; readonly reason: string };

/** Two that disagree are no answer. */
function agreed(
  key: "service" | "environment" | "target",
  { text }: Surroundings["stack"],
  options: Options,
): Said {
  const [own, given] = [text(key), options[key] || undefined];
  if (own !== undefined && given !== undefined && own !== given) {
    return {
      reason: `waybill:${key} of this stack says ${JSON.stringify(own)}, the policy's configuration ${JSON.stringify(given)}.`,
    };
  }
  return { value: own ?? given };
}

function toSetting(
  promotion: Promotion,
  name: string,
  service: string | undefined,
  target: string | undefined,
): Setting {
  const environment = promotion.environments.find((one) => one.name === name);
  if (!environment) return strict(`${promotion.file} knows no environment ${JSON.stringify(name)}.`);
  const place = service === undefined ? undefined : { service, environment: name, target };
  if (place) findPlace(promotion, place);
  return {
    builds: environment.builds,
    why: `This is the environment ${name} of ${promotion.file}.`,
    known: { promotion, environment, place },
  };
}

function strict(reason: string): Setting {
  return { builds: false, why: `The strictest rules hold: ${reason}`, known: undefined };
}

/** What a rule does here and now; where that is not known, it refuses. */
export function levelHere({ known }: Setting, rule: string, now: Date): "off" | "warn" | "refuse" {
  return known ? levelOf(known.promotion, known.environment.name, rule, now) : "refuse";
}

/** Exceptions to one rule in this very place, expired ones too. None reaches beyond its rule, its service and its environment. */
export function exceptionsHere({ known }: Setting, rule: string): readonly RuleException[] {
  if (!known?.place) return [];
  return ruleExceptions(known.promotion, known.place).filter((one) => one.rule === rule);
}
