import type { Digest } from "../image";
import type { Place } from "./occurrence";

/** One insertion; nothing else of a file changes. */
export interface Edit {
  readonly place: Place;
  readonly digest: Digest;
}

/** Writes digests into a text, each at a place of its own; undefined where the text is no longer what was read. */
export function applyEdits(text: string, edits: readonly Edit[]): string | undefined {
  if (edits.some(({ place }) => text.slice(place.start, place.end) !== place.raw)) return undefined;
  const fromTheEnd = [...edits].sort((one, other) => other.place.start - one.place.start);
  return fromTheEnd.reduce((result, { place, digest }) => applyEdit(result, place, digest), text);
}

function applyEdit(text: string, { how, start, end, style }: Place, digest: Digest): string {
  const quoted = style === "single" || style === "double";
  if (how === "append") {
    const at = quoted ? end - 1 : end;
    return `${text.slice(0, at)}@${digest}${text.slice(at)}`;
  }
  if (quoted) return `${text.slice(0, start + 1)}${digest}${text.slice(end - 1)}`;
  // Behind a colon with nothing, or instead of a word for nothing.
  const space = start === end && text.charAt(start - 1) === ":" ? " " : "";
  return `${text.slice(0, start)}${space}${digest}${text.slice(end)}`;
}
