import { list, object, text, time } from "./shapes";

const hash = { type: "string", pattern: "^sha256:[0-9a-f]{64}$" };

/** Ours: a person lets this digest, with exactly this beside it, into an environment once. */
export interface Approval {
  readonly service: string;
  readonly environment: string;
  readonly reason?: string;
  /** Name of the freeze that it is for too; one that names none is for none. */
  readonly freeze?: string;
  /** Ids of the evidence that the gates rested on when it was given. */
  readonly evidence: readonly string[];
  /** Hash of the rules of service and environment. */
  readonly policy: string;
  /** Hash of settings and secrets that go with the digest. */
  readonly config: string;
  /** Per target ("" where there is one without a name): the deployment that was the last one; null before the first. */
  readonly after: Readonly<Record<string, string | null>>;
  readonly expires: string;
}

/** Ours: a named person looked into it: security, dependencies. */
export interface Review {
  readonly what: string;
  readonly result: "passed" | "failed";
  readonly reason?: string;
}

/** Ours: named gates are passed over, for a reason and for a time. */
export interface Override {
  readonly service: string;
  readonly environment: string;
  readonly gates: readonly string[];
  readonly reason: string;
  readonly incident: string;
  readonly owner: string;
  readonly expires: string;
}

/** Ours: one finding of a scan is accepted for a time. */
export interface Exception {
  readonly finding: string;
  readonly service: string;
  readonly environment: string;
  readonly reason: string;
  readonly expires: string;
}

export const approvalSchema = object(
  ["service", "environment", "evidence", "policy", "config", "after", "expires"],
  {
    service: text,
    environment: text,
    reason: { type: "string" },
    freeze: text,
    evidence: list(hash),
    policy: hash,
    config: hash,
    after: { type: "object", minProperties: 1, additionalProperties: { anyOf: [hash, { type: "null" }] } },
    expires: time,
  },
);

export const reviewSchema = object(["what", "result"], {
  what: text,
  result: { enum: ["passed", "failed"] },
  reason: { type: "string" },
});

export const overrideSchema = object(
  ["service", "environment", "gates", "reason", "incident", "owner", "expires"],
  {
    service: text,
    environment: text,
    gates: { ...list(text), minItems: 1 },
    reason: text,
    incident: text,
    owner: text,
    expires: time,
  },
);

export const exceptionSchema = object(["finding", "service", "environment", "reason", "expires"], {
  finding: text,
  service: text,
  environment: text,
  reason: text,
  expires: time,
});
