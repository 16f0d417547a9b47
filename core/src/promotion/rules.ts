/** What promotion.yaml asks for in one place, with tiers, groups and defaults already worked in. Plain data: its canonical JSON is what `hash` covers. */
export interface Rules {
  readonly service: string;
  readonly environment: string;
  /** Whether a digest must be pinned to enter. */
  readonly pin: boolean;
  readonly gates: readonly Gate[];
  /** For a change of settings alone. */
  readonly configGates: readonly Gate[];
  readonly freezes: readonly Freeze[];
  /** Names of people who may override gates. */
  readonly overrides: readonly string[];
  readonly exceptions: readonly ScanException[];
  /** Everybody who is named in a gate above, and everybody else who is listed: whose addresses and signers are one person. */
  readonly people: readonly Person[];
  /** How long a decision may wait to be carried out, in milliseconds. */
  readonly decisionTime: number;
  /** What happens to an image that runs and is blocked meanwhile. */
  readonly blocked: "keep" | "stop";
  /** The one repository that images of the service may come from; null for any. */
  readonly repository: string | null;
  readonly platforms: readonly string[] | null;
  readonly provenance: {
    readonly builders: readonly string[];
    readonly repositories: readonly string[];
    readonly branches: readonly string[];
  } | null;
  /** Informational tag after success, with {tag} in it; null for none. */
  readonly tag: string | null;
  /** sha256:… of all above in canonical form. */
  readonly hash: string;
}

export interface Person {
  readonly name: string;
  /** Names of entries in the trust policy. */
  readonly signers: readonly string[];
  readonly emails: readonly string[];
  readonly bot: boolean;
}

interface Named {
  /** As promotion.yaml calls it; verdicts and overrides name it so. */
  readonly name: string;
}

/** Times in milliseconds; `by` and `of` are never empty where they are there. `by` names signers, `of` people. */
export type Gate = Named &
  (
    | {
        readonly kind: "tests";
        readonly mark: string;
        readonly suites: readonly string[];
        readonly maxAge: number | null;
        readonly by: readonly string[] | null;
      }
    | {
        readonly kind: "scan";
        /** The most findings of each severity; null asks nothing. */
        readonly most: Readonly<Record<"critical" | "high" | "medium" | "low" | "unknown", number | null>>;
        readonly maxAge: number;
        readonly databaseAge: number | null;
        readonly exceptionsBy: readonly string[];
        /** Whether a report counts that names no image, and is about this one only by its signer's word. */
        readonly assumed: "refused" | "allowed";
        readonly by: readonly string[] | null;
      }
    | {
        readonly kind: "review";
        readonly what: string;
        readonly of: readonly string[];
        readonly maxAge: number | null;
      }
    | {
        readonly kind: "soak";
        readonly time: number;
        /** Name of the signer who knows of incidents; null says "time only". */
        readonly incidents: string | null;
      }
    | {
        readonly kind: "approvals";
        readonly count: number;
        readonly of: readonly string[];
        readonly author: "refused" | "allowed";
      }
    | {
        readonly kind: "load";
        readonly maxAge: number | null;
        /** Share of failed requests, 0 to 1. */
        readonly errorRate: number;
        readonly minRequests: number;
        /** Milliseconds by percentile: {p95: 300}. */
        readonly latency: Readonly<Record<string, number>>;
        readonly by: readonly string[] | null;
      }
    | {
        readonly kind: "compatibility";
        readonly rollbackSafe: boolean;
        readonly sideBySide: boolean;
        readonly by: readonly string[] | null;
      }
  );

export type GateKind = Gate["kind"];

/** Inside one, its own approvals are needed too: given there, and naming it. */
export interface Freeze {
  readonly name: string;
  readonly reason: string;
  readonly when:
    | { readonly from: string; readonly until: string }
    | {
        readonly days: readonly ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
        /** HH:MM in UTC. */
        readonly from: string;
        readonly until: string;
      };
  readonly approvals: { readonly count: number; readonly of: readonly string[] };
}

export interface ScanException {
  readonly gate: string;
  readonly finding: string;
  readonly owner: string;
  readonly reason: string;
  readonly expires: string;
}
