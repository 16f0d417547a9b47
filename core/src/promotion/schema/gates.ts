import { count, duration, findings, list, NAME, name, names, of, text } from "./parts";

const by = of(names, "Which signers of `trust` may say it; left out: all who may say it there.");
const maxAge = of(duration, "How old it may be at most, as 30s, 10m, 24h or 7d.");
const people = (who: string): object => of(names, `Names of people and groups; left out: ${who}.`);
const approvers = people("the service's approvers, or the group `approvers`");

const KEYS: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  tests: {
    mark: of(name, "Name of the mark that must be signed, as in dev-passed."),
    suites: of(list(text), "The suites that must be in it, with tests that passed and none that failed."),
    maxAge,
    by,
  },
  scan: {
    critical: of({ ...findings, default: 0 }, "The most critical findings."),
    high: of({ ...findings, default: 0 }, "The most high findings."),
    medium: of(findings, "The most medium findings; left out: any number."),
    low: of(findings, "The most low findings; left out: any number."),
    unknown: of(findings, "The most findings without a severity; left out: any number."),
    maxAge: of({ ...duration, default: "7d" }, "How old the scan may be at most."),
    databaseAge: of(duration, "How old the scanner's database may have been at most."),
    exceptionsBy: people("the group `security`, if there is one"),
    assumed: of(
      { enum: ["refused", "allowed"], default: "refused" },
      "Whether a report counts that names no image: what it is about is its signer's word alone.",
    ),
    by,
  },
  review: {
    what: of(name, "What was looked at: security, dependencies…"),
    of: people("the group `security`"),
    maxAge,
  },
  soak: {
    time: of(duration, "How long it must have run in the environment before, without a break."),
    incidents: of(name, "The signer of `trust` who knows of incidents; left out: time only."),
  },
  approvals: {
    count: of({ ...count, default: 1 }, "How many people."),
    of: approvers,
    author: of(
      { enum: ["refused", "allowed"], default: "refused" },
      "Whether the author of the commit or of the request counts.",
    ),
  },
  load: {
    maxAge,
    errorRate: of(
      { type: "number", minimum: 0, maximum: 1, default: 0.01 },
      "The largest share of failed requests.",
    ),
    minRequests: of(
      { type: "integer", minimum: 1, default: 1000 },
      "The fewest requests that say something.",
    ),
    by,
  },
  compatibility: {
    rollback: of({ const: "safe" }, "Going back to the image before must be declared safe."),
    sideBySide: of({ const: true }, "Old and new must be declared to run side by side."),
    by,
  },
};

const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  tests: ["mark", "suites"],
  review: ["what"],
  soak: ["time"],
};

export const GATE_KINDS = Object.keys(KEYS);

/** `{ p95: 300 }` of a load gate. */
export const PERCENTILE = "^p[0-9]{1,2}(\\.[0-9]{1,2})?$";

const percentiles = {
  [PERCENTILE]: of(
    { type: "number", exclusiveMinimum: 0 },
    "The longest latency at this percentile, in milliseconds.",
  ),
};

/** One definition for each kind, for `$defs`. */
export const gateDefinitions: Readonly<Record<string, object>> = Object.fromEntries(
  GATE_KINDS.map((kind) => [
    `gate-${kind}`,
    {
      type: "object",
      additionalProperties: false,
      properties: { kind: of({ const: kind }, "What kind of gate it is."), ...KEYS[kind] },
      ...(kind === "load" && { patternProperties: percentiles }),
    },
  ]),
);

/** Gates by name. A part is what a tier changes in a gate of the tier that it extends: it repeats nothing. */
export function gatesSchema(description: string, { isPart = false } = {}): object {
  const gate = (kind: string): object => ({
    $ref: `#/$defs/gate-${kind}`,
    ...(!isPart && REQUIRED[kind] && { required: REQUIRED[kind] }),
  });
  return {
    description: `${description} A gate's name is its kind; one with another name says its kind.`,
    type: "object",
    propertyNames: { pattern: NAME },
    properties: Object.fromEntries(GATE_KINDS.map((kind) => [kind, gate(kind)])) as object,
    additionalProperties: {
      type: "object",
      required: ["kind"],
      properties: { kind: of({ enum: GATE_KINDS }, "What kind of gate it is.") },
      allOf: GATE_KINDS.map((kind) => ({
        if: { required: ["kind"], properties: { kind: { const: kind } } },
        then: gate(kind),
      })),
    },
  };
}

/** Whether a gate that was put together from parts is whole. */
export function missingKeys(kind: string, gate: object): readonly string[] {
  return (REQUIRED[kind] ?? []).filter((key) => !(key in gate));
}
