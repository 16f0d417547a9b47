import { timeOf, type BuildPlan } from "../build";
import type { Digest } from "../image";
import { WaybillError } from "../problem";
import type { Place } from "../promotion";
import { findMistakes } from "../schema";
import { releaseSchema } from "./schema";

/** What a stack runs, and how one gets back from it to its source. */
export interface ReleasedImage {
  readonly repository: string;
  readonly digest: Digest;
  readonly tag: string;
  readonly commit: string;
  readonly dirty: boolean;
  readonly created: string;
  readonly source: string | null;
  readonly run: string;
  readonly base: string | null;
  readonly inputs: Readonly<Record<string, string>>;
}

/** The stack output `release`. */
export interface Release {
  readonly version: 1;
  readonly service: string;
  readonly environment: string;
  readonly target: string | null;
  readonly state: "running" | "waiting";
  readonly waiting: string | null;
  readonly image: ReleasedImage | null;
}

export type ReleaseErrorCode =
  | "malformed-release"
  | "secret-release"
  | "wrong-upstream"
  | "pin-malformed"
  | "pin-not-released"
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

export function releaseOf(place: Place, image: ReleasedImage | null, waiting: string | null): Release {
  return {
    version: 1,
    service: place.service,
    environment: place.environment,
    target: place.target ?? null,
    state: image ? "running" : "waiting",
    waiting,
    image,
  };
}

/** All that a build plan says about its image before it is built. */
export function imageOf(plan: BuildPlan): Omit<ReleasedImage, "digest"> {
  return {
    repository: plan.repository,
    tag: plan.tag,
    commit: plan.source.commit,
    dirty: plan.source.dirty,
    created: timeOf(plan.source),
    source: plan.source.repository ?? null,
    run: plan.run,
    base: plan.base ?? null,
    inputs: plan.inputs,
  };
}
