import { parsePinned } from "../image";
import { type KubernetesObject, ownLabels } from "./guard";

/** The ConfigMap of a namespace that lists what is decided for it. Only who deploys there may write it. */
export const DECIDED = "waybill-decided";

/**
 * The lists stand in annotations. Pulumi replaces a ConfigMap whose data change, and while it is away nothing that is lost
 * could come back.
 */
export const DECIDED_PREFIX = "decided.waybill.dev/";

/** One line for each image, `repository@digest`: what runs, what is to run, and what may be rolled back to. */
export function decidedImages(
  namespace: string,
  service: string,
  images: readonly string[],
): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: DECIDED, namespace, labels: ownLabels, annotations: decidedBy(service, images) },
  };
}

export function decidedBy(service: string, images: readonly string[]): Record<string, string> {
  return { [`${DECIDED_PREFIX}${service}`]: decidedLines(images) };
}

/** In the order given, each once, without tags; names as the workloads write them, as the cluster compares texts. */
export function decidedLines(images: readonly string[]): string {
  return [...new Set(images.map(decidedLine))].join("\n");
}

function decidedLine(image: string): string {
  const { digest } = parsePinned(image);
  const name = image.slice(0, image.indexOf("@"));
  return `${name.replace(/:[^/]*$/, "")}@${digest}`;
}
