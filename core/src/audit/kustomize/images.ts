import { placeIn, type Where } from "../find";
import type { Occurrence, Place } from "../occurrence";
import type { Node } from "../text/node";
import { entryOf, textIn } from "./files";

/** One entry of `images`. */
export interface ImageChange {
  readonly name: string;
  readonly newName: string | undefined;
  readonly newTag: string | undefined;
  readonly digest: string | undefined;
  readonly file: string;
  readonly line: number;
  /** Where a digest could be written: only where the key is there already. */
  readonly place: Place | undefined;
}

export function readImageChange(
  node: Node,
  { file, text }: Pick<Where, "file" | "text">,
  line: number,
): ImageChange | undefined {
  const name = textIn(entryOf(node, "name"));
  if (name === undefined) return undefined;
  const [newName, newTag, digest] = ["newName", "newTag", "digest"].map(
    (key) => textIn(entryOf(node, key)) || undefined,
  );
  const empty = entryOf(node, "digest");
  const place = digest === undefined && empty?.kind === "scalar" ? placeIn(text, "value", empty) : undefined;
  return { name, newName, newTag, digest, file, line, place };
}

const FIELD = /(?:^|\.)(?:containers|initContainers|ephemeralContainers)\[\d+\]\.image$/;

/** As kustomize does: in the images of containers, where the name is the same; a new tag or digest takes the place of both. */
export function changeImage(occurrence: Occurrence, change: ImageChange): Occurrence {
  const { image, path } = occurrence;
  if (image === undefined || !FIELD.test(path)) return occurrence;
  const { name, rest } = splitName(image);
  if (name !== change.name) return occurrence;
  const named = change.newName ?? name;
  if (change.newTag === undefined && change.digest === undefined)
    return { ...occurrence, image: `${named}${rest}` };
  const tag = change.newTag === undefined ? "" : `:${change.newTag}`;
  const digest = change.digest === undefined ? "" : `@${change.digest}`;
  const { file, line, place } = change;
  return { ...occurrence, image: `${named}${tag}${digest}`, file, line, place };
}

function splitName(image: string): { name: string; rest: string } {
  const end = /(?::[^:/@]*)?(?:@[^@]*)?$/.exec(image)?.index ?? image.length;
  return { name: image.slice(0, end), rest: image.slice(end) };
}
