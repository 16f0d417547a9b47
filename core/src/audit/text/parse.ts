import { parseCarefully, Unreadable } from "./careful";
import { parseFast } from "./fast";
import type { Node } from "./node";
import { type Part, splitDocuments } from "./split";

export type Document =
  | { readonly root: Node; readonly part: Part }
  | { readonly problem: string; readonly at: number; readonly part: Part };

/** Every document of a YAML or JSON text; what cannot be read spoils none of the others. */
export function* parseText(text: string): Generator<Document> {
  for (const part of splitDocuments(text)) {
    const fast = parseFast(part);
    if (fast) yield { root: fast, part };
    else yield* parseSlowly(part);
  }
}

/** The same without the short way. */
export function* parseSlowly(part: Part): Generator<Document> {
  try {
    const root = parseCarefully(part);
    if (root) yield { root, part };
  } catch (error) {
    if (error instanceof Unreadable) yield { problem: error.message, at: error.at, part };
    else if (error instanceof RangeError)
      yield { problem: "values in values without end", at: part.offset, part };
    else throw error;
  }
}
