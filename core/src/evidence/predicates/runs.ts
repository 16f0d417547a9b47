import { list, object, text, time } from "./shapes";

/** Ours: what a source of incidents knows of a service in an environment, for a span of time; an empty list says "none". */
export interface Incidents {
  readonly source: string;
  readonly service: string;
  readonly environment: string;
  readonly from: string;
  readonly until: string;
  readonly incidents: readonly {
    readonly id: string;
    readonly opened: string;
    readonly closed?: string | null;
    readonly summary?: string;
  }[];
}

/** Ours: one run of a load test. */
export interface Load {
  readonly tool: string;
  readonly startedOn: string;
  readonly finishedOn: string;
  readonly requests: number;
  readonly failed: number;
  /** In milliseconds, by percentile: p50, p95, p99… */
  readonly latency: Readonly<Record<string, number>>;
  /** What traffic was simulated. */
  readonly traffic?: string;
  readonly target?: string;
}

/** Ours: what a change means for the versions beside it. */
export interface Compatibility {
  /** Whether the version before may run again after this one did. */
  readonly rollback: "safe" | "unsafe";
  /** Whether both may run at the same time. */
  readonly sideBySide: boolean;
  readonly changes: readonly {
    readonly kind: "schema" | "message" | "flag" | "api" | "other";
    readonly summary: string;
  }[];
}

const count = { type: "integer", minimum: 0 };

export const incidentsSchema = object(["source", "service", "environment", "from", "until", "incidents"], {
  source: text,
  service: text,
  environment: text,
  from: time,
  until: time,
  incidents: list(
    object(["id", "opened"], {
      id: text,
      opened: time,
      closed: { anyOf: [time, { type: "null" }] },
      summary: { type: "string" },
    }),
  ),
});

export const loadSchema = object(["tool", "startedOn", "finishedOn", "requests", "failed", "latency"], {
  tool: text,
  startedOn: time,
  finishedOn: time,
  requests: { type: "integer", minimum: 1 },
  failed: count,
  latency: {
    type: "object",
    propertyNames: { pattern: "^p[0-9]{1,2}(\\.[0-9]{1,2})?$" },
    additionalProperties: { type: "number", minimum: 0 },
  },
  traffic: { type: "string" },
  target: { type: "string" },
});

export const compatibilitySchema = object(["rollback", "sideBySide", "changes"], {
  rollback: { enum: ["safe", "unsafe"] },
  sideBySide: { type: "boolean" },
  changes: list(
    object(["kind", "summary"], {
      kind: { enum: ["schema", "message", "flag", "api", "other"] },
      summary: text,
    }),
  ),
});
