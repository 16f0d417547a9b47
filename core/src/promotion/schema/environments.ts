import { gatesSchema } from "./gates";
import { clock, count, duration, list, map, name, names, object, of, text, time } from "./parts";

const approvals = of(
  object([], {
    count: of({ ...count, default: 1 }, "How many people."),
    of: of(names, "Names of people and groups; left out: the service's approvers, or the group `approvers`."),
  }),
  "The approvals that are needed inside it, given there and naming it (waybill approve --freeze).",
);

const always = { name: of(name, "What verdicts call it."), reason: of(text, "Why; it is shown."), approvals };

const freeze = {
  type: "object",
  required: ["name", "reason", "approvals"],
  additionalProperties: false,
  properties: {
    ...always,
    from: of(time, "When it begins, in UTC."),
    until: of(time, "When it is over, in UTC."),
    weekly: of(
      object(["days"], {
        days: list({ enum: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] }),
        from: of({ ...clock, default: "00:00" }, "When it begins on each of the days, in UTC."),
        until: of(
          clock,
          "When it is over, in UTC, on the next day if that is earlier; left out: at midnight.",
        ),
      }),
      "A window in each week, in UTC.",
    ),
  },
  oneOf: [
    { required: ["from", "until"], properties: { weekly: false } },
    { required: ["weekly"], properties: { from: false, until: false } },
  ],
};

const subject = {
  type: "string",
  pattern: "^((user|group):\\S.*|serviceaccount:[a-z0-9-]+/[a-z0-9.-]+)$",
};

const cluster = of(
  object([], {
    deployers: of(list(subject), "Who may deploy: user:NAME, group:NAME or serviceaccount:NAMESPACE/NAME."),
    rollback: of(list(subject), "Who may go back to an image that was decided, and change nothing else."),
    viewers: of(list(subject), "Who may look."),
  }),
  "Who may do what in the namespaces of the environment, by the names that its clusters know.",
);

const levels = of(
  map({
    anyOf: [
      { enum: ["off", "refuse"] },
      object(["warnUntil"], { warnUntil: of(time, "Until then it only warns; from then on it refuses.") }),
    ],
  }),
  "What rules of the policy pack do here, by the name of the rule; left out: they refuse.",
);

const targets = of(
  list(object(["name"], { name })),
  "Where the environment has more than one cluster, region or namespace: one name, and so one stack, for each.",
);

const environment = object(["name"], {
  name,
  targets,
  gates: gatesSchema("What must be said about an image before it may enter."),
  configGates: gatesSchema(
    "What a change of settings alone needs; left out: in the last environment one approval by those of its gate `approvals`, else nothing.",
  ),
  tierGates: of(
    { type: "boolean" },
    "Whether the gates of the service's tier hold here; left out: in the last environment only.",
  ),
  pin: of(
    { enum: ["required", "optional"] },
    "Whether an image must be pinned to enter; left out: required in the last environment.",
  ),
  freezes: of(
    { type: "array", items: freeze },
    "Windows in which something enters only with extra approvals.",
  ),
  overrides: of(
    object(["of"], { of: names }),
    "Who may sign that an image enters past a gate; left out: nobody.",
  ),
  decisionTime: of({ ...duration, default: "24h" }, "How long a decision may wait to be carried out."),
  blocked: of(
    { enum: ["keep", "stop"], default: "keep" },
    "What happens to an image that runs and is blocked meanwhile: it may go on, loudly, or is refused.",
  ),
  tag: of(
    { type: "string", pattern: "^[A-Za-z0-9_.-]*\\{tag\\}[A-Za-z0-9_.-]*$", maxLength: 100 },
    "A tag that the image gets after it entered, for people; nothing reads it back.",
  ),
  admission: of(
    { enum: ["audit", "warn", "refuse"] },
    "What its clusters do with what may not run; left out: audit in the first environment, else refuse.",
  ),
  levels,
  cluster,
});

export const environmentsSchema: object = {
  description: "In order: an image is built in the first; each other one takes it from the one before it.",
  type: "array",
  minItems: 1,
  items: environment,
};
