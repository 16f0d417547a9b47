import {
  findHidden,
  findImages,
  type ImageOccurrence,
  type ImagePath,
  findInLoose,
  findInPatch,
  findInValues,
  findMentions,
  keysOf,
} from "../images";
import { parseDigest, ImageError, type Digest } from "../image";
import type { Lines } from "./lines";
import type { Occurrence, Place, Unread, Workload } from "./occurrence";
import type { Found } from "./objects";
import { type Node, nodeAt, type ScalarNode } from "./text/node";
import { fieldsAt, listOf, NO_WORKLOAD, textOf, workloadOf } from "./workload";

/** Where an object was read. */
export interface Where {
  readonly file: string;
  readonly text: string;
  readonly lines: Pick<Lines, "at">;
  /** No file to write to: a cluster, standard input, what a program rendered. */
  readonly isLive: boolean;
  /** Values of a chart: every image field counts. */
  readonly isValues: boolean;
  readonly configured: readonly ImagePath[];
}

const MIRROR = "kubernetes.io/config.mirror";

/** Every image of one object, with its line and the place for its digest. */
export function occurrencesIn(found: Found, where: Where): { occurrences: Occurrence[]; unread: Unread[] } {
  const { value, type } = found;
  const images = imagesIn(found, where);
  const mentions = type ? findMentions(value) : [];
  if (images.length === 0 && mentions.length === 0 && type?.apiVersion.startsWith("tekton.dev/") !== true)
    return NOTHING;
  const hidden = type ? findHidden(type, value) : [];
  const about = { ...identify(found), file: where.file };
  const workloads = new Map<string, Workload>();
  const occurrences = images.map((one) => toOccurrence(found, where, about, workloads, one));
  const known = new Set(images.map(({ path }) => path));
  for (const mention of mentions)
    if (!known.has(mention.path))
      occurrences.push({
        ...toOccurrence(found, where, about, workloads, mention),
        mention: true,
        place: undefined,
      });
  return {
    occurrences,
    unread: hidden.map(({ path, found: what }) => ({
      file: where.file,
      line: where.lines.at(at(found.root, path)),
      problem: `${about.kind} ${about.name}, ${path}: ${what}`,
    })),
  };
}

const NOTHING = { occurrences: [], unread: [] };

function imagesIn({ value, type }: Found, { file, isValues, configured }: Where): ImageOccurrence[] {
  if (type) return findImages(type, value, configured);
  if (isValues) return findInValues(value);
  return Array.isArray(value) ? findInPatch(value) : findInLoose(value, file.endsWith(".json"));
}

function identify({ type, value, name, namespace }: Found) {
  const metadata = fieldsAt(value, ["metadata"]);
  const [owner] = listOf(metadata["ownerReferences"]);
  return {
    apiVersion: type?.apiVersion ?? "",
    kind: type?.kind ?? "",
    name,
    namespace,
    owner:
      owner && textOf(owner["kind"]) !== "Node"
        ? `${textOf(owner["kind"])}/${textOf(owner["name"])}`
        : undefined,
    mirror: type?.kind === "Pod" && fieldsAt(metadata, ["annotations"])[MIRROR] !== undefined,
    via: undefined,
  };
}

function toOccurrence(
  { root, value, type }: Found,
  { lines, isLive, text }: Where,
  about: ReturnType<typeof identify> & { file: string },
  workloads: Map<string, Workload>,
  { path, image, container, guessed, split, embedded }: ImageOccurrence,
): Occurrence {
  const node = nodeAt(root, keysOf(path));
  return {
    ...about,
    line: lines.at(node.at),
    path,
    container,
    image: typeof image === "string" ? image : undefined,
    guessed: guessed ?? false,
    mention: false,
    workload: type ? workloadOf(value, type.kind, path, workloads) : NO_WORKLOAD,
    running: type?.kind === "Pod" ? runningDigest(value, container) : undefined,
    place:
      isLive || embedded || typeof image !== "string" || image.includes("@")
        ? undefined
        : placeOf(text, root, node, split),
  };
}

function at(root: Node, path: string): number {
  return nodeAt(root, keysOf(path)).at;
}

/** A digest goes behind the image's own text, or into the field that is there for it. */
function placeOf(text: string, root: Node, node: Node, split: ImageOccurrence["split"]): Place | undefined {
  if (split) {
    if (split.digest === undefined) return undefined;
    const digest = nodeAt(root, keysOf(split.digest));
    if (digest.kind !== "scalar" || (digest.value !== "" && digest.value !== null)) return undefined;
    return placeIn(text, "value", digest);
  }
  if (node.kind !== "scalar" || node.style === "block" || typeof node.value !== "string") return undefined;
  return placeIn(text, "append", node);
}

export function placeIn(text: string, how: Place["how"], { start, end, style }: ScalarNode): Place {
  return { how, start, end, style, raw: text.slice(start, end) };
}

/** What the node says it fetched: `docker.io/library/nginx@sha256:…`. */
function runningDigest(pod: unknown, container: string | undefined): Digest | undefined {
  const status = fieldsAt(pod, ["status"]);
  const statuses = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"].flatMap(
    (list) => listOf(status[list]),
  );
  const imageId = textOf(statuses.find(({ name }) => name === container)?.["imageID"]);
  try {
    return imageId.includes("@") ? parseDigest(imageId.slice(imageId.lastIndexOf("@") + 1)) : undefined;
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}
