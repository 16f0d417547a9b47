import { timeOf, type BuildPlan } from "../build";
import type { ReleasedImage } from "../evidence";
import { WaybillError } from "../problem";
import type { Place } from "../promotion";
import { findMistakes } from "../schema";
import { releaseSchema } from "./schema";

/** The stack output `release`. */
export interface Release {
  readonly version: 1;
  readonly service: string;
  readonly environment: string;
  readonly target: string | null;
  readonly state: "running" | "waiting";
  readonly waiting: string | null;
  readonly image: ReleasedImage | null;
  /** Hash of the settings, secrets and manifests that it runs with; null where nothing runs. */
  readonly config: string | null;
  readonly manifests: string | null;
  /** The newest record of its signed history, and how many came before it. */
  readonly history: { readonly head: string; readonly number: number } | null;
}

export type ReleaseErrorCode =
  | "malformed-release"
  | "secret-release"
  | "wrong-upstream"
  | "pin-not-released"
  | "may-not-enter"
  | "settings-may-not-change"
  | "blocked"
  | "decision-revoked"
  | "nested-index"
  | "not-in-export"
  | "undecided"
  | "unfinished-rollout";

export class ReleaseError extends WaybillError<ReleaseErrorCode> {}

/** The outputs of a stack as a StackReference gives them. */
export interface StackOutputs {
  readonly digest: unknown;
  readonly release: unknown;
  readonly secret: boolean;
}

/** Reads what another stack exports; undefined where it never ran or was destroyed. */
export function readRelease(stack: string, outputs: StackOutputs): Release | undefined {
  const remedy = `Run pulumi up --stack ${stack} with this version of Waybill, and export nothing else under these names.`;
  if (outputs.secret) {
    const found = "a secret";
    throw new ReleaseError("secret-release", {
      about: `Output "release" of stack ${stack}`,
      expected: "a plain value",
      found,
      next: remedy,
    });
  }
  if (outputs.release === undefined || outputs.release === null) return undefined;
  const mistakes = findMistakes(outputs.release, releaseSchema).map(
    ({ path, message }) => `${path || "/"}: ${message}`,
  );
  const release = outputs.release as Release;
  if (mistakes.length === 0 && (release.image?.digest ?? null) !== (outputs.digest ?? null)) {
    mistakes.push(
      `the output "digest" says ${JSON.stringify(outputs.digest ?? null)}, the release ${JSON.stringify(release.image?.digest ?? null)}`,
    );
  }
  if (mistakes.length > 0) {
    const found = mistakes.join("; ");
    throw new ReleaseError("malformed-release", {
      about: `Output "release" of stack ${stack}`,
      expected: "a release, version 1",
      found,
      next: remedy,
    });
  }
  return release;
}

/** What runs, with what goes along with it. */
export interface Running extends Required<Pick<Release, "image" | "config" | "manifests" | "history">> {
  readonly image: ReleasedImage;
}

export function releaseOf(place: Place, running: Running | null, waiting: string | null): Release {
  return {
    version: 1,
    service: place.service,
    environment: place.environment,
    target: place.target ?? null,
    state: running ? "running" : "waiting",
    waiting,
    image: running?.image ?? null,
    config: running?.config ?? null,
    manifests: running?.manifests ?? null,
    history: running?.history ?? null,
  };
}

/** All that a build plan says about its image before it is built. */
export function imageOf(plan: BuildPlan): Omit<ReleasedImage, "digest"> {
  return {
    repository: plan.repository,
    tag: plan.tag,
    commit: plan.source.commit,
    author: plan.source.author === "" ? null : plan.source.author,
    dirty: plan.source.dirty,
    created: timeOf(plan.source),
    source: plan.source.repository ?? null,
    run: plan.run,
    base: plan.base ?? null,
    inputs: plan.inputs,
  };
}
