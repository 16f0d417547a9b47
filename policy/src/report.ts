import { describeProblem } from "@waybill/core/problem";
import type { RuleException } from "@waybill/core/promotion";
import { describeResource, type Resource } from "./resource";
import type { Finding } from "./rule";
import { exceptionsHere, levelHere, type Setting } from "./setting";

/** One line of the engine's report; its level is that of promotion.yaml, whatever level the policy has. */
export interface Line {
  readonly name: string;
  readonly description: string;
  readonly message: string;
  readonly enforcementLevel: "advisory" | "mandatory";
  readonly urn: string;
}

interface Named {
  readonly name: string;
  readonly description: string;
}

/** What is reported of a finding: refused, unless the rule only warns here or an exception lets it pass, which both are said. */
export function toLine(rule: Named, resource: Resource, finding: Finding, setting: Setting, now: Date): Line {
  const exceptions = exceptionsHere(setting, rule.name);
  const passed = exceptions.some(({ expires }) => now < expires);
  const warns = finding.warns ?? (passed || levelHere(setting, rule.name, now) === "warn");
  const { path, subject = "", expected, found, next } = finding;
  const about = `${describeResource(resource)}${path === "" ? "" : `, ${path}`}${subject}`;
  const words = [
    describeProblem({ about, expected, found, next }),
    setting.why,
    ...exceptions.map((one) => describeException(one, now)),
  ];
  return {
    name: rule.name,
    description: rule.description,
    message: `${rule.description}\n${words.join(" ")}`,
    enforcementLevel: warns ? "advisory" : "mandatory",
    urn: resource.urn,
  };
}

function describeException({ owner, reason, expires }: RuleException, now: Date): string {
  const day = expires.toISOString().replace(/T00:00:00\.000Z$/, "");
  return now < expires
    ? `An exception lets it pass until ${day}: ${reason} (${owner}).`
    : `The exception of ${owner} (${reason}) ended on ${day}.`;
}
