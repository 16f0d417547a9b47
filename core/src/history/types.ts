import type { Deployment, SignerId } from "../evidence";
import type { Digest } from "../image";
import type { Place } from "../promotion";

/** What is signed about an image that may enter: a verification summary's own field `waybill_decision`. */
export interface Decision {
  readonly service: string;
  readonly environment: string;
  readonly target: string | null;
  readonly digest: Digest;
  readonly repository: string;
  readonly config: string;
  /** The last deployment of the place when it was decided; null before the first. */
  readonly after: string | null;
  /** Hash of the rules, and of the trust policy, that it was decided by. */
  readonly policy: string;
  readonly trust: string;
  readonly verdicts: readonly Verdict[];
  /** Ids of overrides that it rests on. */
  readonly overrides: readonly string[];
  readonly decidedOn: string;
  readonly expires: string;
  readonly by: string | null;
  readonly change: string | null;
}

/** One gate's answer. */
export interface Verdict {
  readonly gate: string;
  readonly pass: boolean;
  /** Always there, for a yes too: "3 suites, 41 passed, 0 failed". */
  readonly reason: string;
  /** Ids of the evidence that was used. */
  readonly evidence: readonly string[];
  /** What to do, for a no; empty for a yes. */
  readonly next: string;
  /** Id of the override that passes over the no; null where none does. */
  readonly override: string | null;
}

export interface Signed {
  readonly id: string;
  readonly signer: SignerId;
  /** Trusted time; undefined is "no trusted time". */
  readonly time: Date | undefined;
}

export interface DeploymentEntry extends Signed {
  readonly record: Deployment;
  /** Why it no longer counts: it stays in the chain, because others name it, and proves nothing. */
  readonly revoked?: string;
}

export interface DecisionEntry extends Signed {
  readonly record: Decision;
  /** The digest that the statement is about. */
  readonly digest: Digest;
}

/** All that is signed and counts about one place. */
export interface History {
  readonly place: Place;
  /** Oldest first; each names the one before it. Revoked ones are among them, and say so. */
  readonly deployments: readonly DeploymentEntry[];
  readonly head: DeploymentEntry | undefined;
  /** Records that name the predecessor of another one, or one that is not there; they count for nothing. */
  readonly forks: readonly DeploymentEntry[];
  /** Those that count, carried out or not, revoked ones left out. */
  readonly decisions: readonly DecisionEntry[];
}
