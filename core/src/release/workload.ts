import { parsePinned } from "../image";
import { findMistakes } from "../schema";
import { type ReleasedImage, releasedImageSchema } from "../evidence";
import { ReleaseError } from "./release";

/** Annotation of a workload that says which image it runs and where that came from. */
export const imageAnnotation = "waybill.dev/image";

/** What the cluster says about a workload. */
export interface ObservedWorkload {
  readonly name: string;
  readonly image: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generation: number | undefined;
  readonly observedGeneration: number | undefined;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
    readonly message?: string;
  }[];
}

/** The image that a workload runs, read from the cluster's answer and never from the plan. */
export function readWorkload(workload: ObservedWorkload): ReleasedImage {
  const image = parseImage(workload);
  const { repository, registry, digest } = parsePinned(workload.image);
  if (digest !== image.digest || `${registry}/${repository}` !== image.repository) {
    throw unreadable(
      workload,
      `an annotation that names ${image.repository}@${image.digest} beside the image ${workload.image}`,
    );
  }
  return image;
}

function parseImage(workload: ObservedWorkload): ReleasedImage {
  const text = workload.annotations[imageAnnotation];
  if (text === undefined) throw unreadable(workload, "none");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable(workload, "no JSON");
  }
  const mistakes = findMistakes(value, releasedImageSchema);
  if (value === null || mistakes.length > 0)
    throw unreadable(
      workload,
      mistakes.map(({ path, message }) => `${path}: ${message}`).join("; ") || "null",
    );
  return value as ReleasedImage;
}

function unreadable({ name }: ObservedWorkload, found: string): ReleaseError {
  return new ReleaseError("malformed-release", {
    about: `Deployment ${name}`,
    expected: `the annotation ${imageAnnotation} that Waybill wrote`,
    found,
    next: "Run pulumi refresh, then pulumi up, so that Waybill writes it again.",
  });
}

/** Refuses to call a rollout done that the cluster does not call done, so that no release names what does not run. */
export function assertFinished({
  name,
  image,
  generation,
  observedGeneration,
  conditions,
}: ObservedWorkload): void {
  const progress = conditions.find(({ type }) => type === "Progressing");
  const seen =
    generation !== undefined && observedGeneration !== undefined && observedGeneration >= generation;
  // "NewReplicaSetAvailable" stays once a rollout has been completed, also while a pod is down for a moment.
  if (seen && progress?.status === "True" && progress.reason === "NewReplicaSetAvailable") return;
  const state = progress
    ? [progress.reason, progress.message].filter(Boolean).join(": ")
    : "no word of its progress";
  throw new ReleaseError("unfinished-rollout", {
    about: `Deployment ${name} with ${image}`,
    expected: "a finished rollout",
    found: seen ? state : "a change that the cluster has not taken up yet",
    next: "Run pulumi up again (pulumi refresh first if the cluster was changed by hand); the last release stays published.",
  });
}
