import { type Line, toLine } from "./report";
import type { Resource } from "./resource";
import type { Finding, Rule, Run } from "./rule";
import { workloadNetworkPolicy } from "./rules/workload-network-policy";
import { exceptionsHere, levelHere, type Setting } from "./setting";

/** A line that stands only if this very update does not build the image. */
export interface Deferred {
  readonly line: Line;
  /** The property that the image is in. */
  readonly property: string;
}

export interface Judged {
  readonly lines: readonly Line[];
  readonly deferred: readonly Deferred[];
}

/** All rules about one resource. None waits for another: a message may stand beside others about the same field. */
export async function judge(rules: readonly Rule[], resource: Resource, run: Run): Promise<Judged> {
  const { setting, now } = run;
  const asked = rules.filter(({ name, outsideDev }) => isAsked(name, outsideDev ?? false, setting, now));
  const found = await Promise.all(
    asked.map(async (rule) => {
      const findings = await rule.check(resource, run);
      return findings.map((finding) => ({ finding, line: toLine(rule, resource, finding, setting, now) }));
    }),
  );
  const all = found.flat();
  return {
    lines: all.flatMap(({ finding, line }) => (finding.unlessBuiltHere ? [] : line)),
    deferred: all.flatMap(({ finding, line }) =>
      finding.unlessBuiltHere ? { line, property: propertyOf(finding) } : [],
    ),
  };
}

/** What only the whole stack shows. */
export function judgeStack(resources: readonly Resource[], setting: Setting, now: Date): readonly Line[] {
  const { name, outsideDev, check } = workloadNetworkPolicy;
  if (!isAsked(name, outsideDev, setting, now)) return [];
  return check(resources).map(({ resource, ...finding }) =>
    toLine(workloadNetworkPolicy, resource, finding, setting, now),
  );
}

/** Once in a preview, for whoever reads it: nobody has looked through the rules in time. */
export function reviewDue({ known }: Setting, now: Date): readonly Line[] {
  if (!known || now < known.promotion.nextReview) return [];
  const { file, owner, nextReview } = known.promotion;
  const description = "Somebody looks through promotion.yaml from time to time.";
  const message = `${description}\n${file}: its review was due on ${nextReview.toISOString().slice(0, 10)}. Ask ${owner} to look through it.`;
  return [{ name: "review-due", description, message, enforcementLevel: "advisory", urn: "" }];
}

/** Whether a rule refuses here, so that others need not say the same. */
export function refusesHere(setting: Setting, rule: string, now: Date): boolean {
  const excused = exceptionsHere(setting, rule).some(({ expires }) => now < expires);
  return !excused && levelHere(setting, rule, now) === "refuse";
}

function isAsked(name: string, outsideDev: boolean, setting: Setting, now: Date): boolean {
  return !(outsideDev && setting.builds) && levelHere(setting, name, now) !== "off";
}

function propertyOf({ path }: Finding): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}
