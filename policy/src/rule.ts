import type { ImageOccurrence } from "@waybill/core/images";
import type { Problem } from "@waybill/core/problem";
import type { Answer } from "./decided";
import type { Resource } from "./resource";
import type { Setting } from "./setting";

/** One rule about one resource; each is a file of its own in `rules`. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  /** It asks nothing where images are built. */
  readonly outsideDev?: true;
  readonly check: (resource: Resource, run: Run) => readonly Finding[] | Promise<readonly Finding[]>;
}

/** What a rule knows besides the resource. */
export interface Run {
  readonly setting: Setting;
  readonly preview: boolean;
  readonly now: Date;
  /** The release of the clusters, as in 1.33, where the user said so. */
  readonly kubernetes: string | undefined;
  /** Whether another rule refuses what is wrong here. */
  readonly refuses: (rule: string) => boolean;
  /** Whether an image may run here, by signatures, gates and decisions. */
  readonly ask: (image: string) => Promise<Answer>;
  /** Whether a text of this resource may be shown: no secret is in it. */
  readonly mayShow: (text: string) => boolean;
}

/** What a rule found wrong. */
export interface Finding extends Omit<Problem, "about"> {
  /** Where in the resource; empty for the whole of it. */
  readonly path: string;
  /** Goes on about what stands there. */
  readonly subject?: string;
  /** Worth a word, and no more. */
  readonly warns?: true;
  /** Nothing is wrong if this very update builds the image, which only the whole stack shows. */
  readonly unlessBuiltHere?: true;
}

/** How an image is called in a message, if no secret is in it. */
export function showImage(
  { image, container }: ImageOccurrence,
  { mayShow }: Run,
): { readonly subject: string; readonly show: boolean } {
  const show = [image, container ?? ""].every((text) => mayShow(String(text)));
  if (!show) return { show, subject: "" };
  const named = container === undefined ? "" : ` of ${JSON.stringify(container)}`;
  return { show, subject: typeof image === "string" ? `${named}, image ${JSON.stringify(image)}` : named };
}

/** Said instead of what would show a secret. */
export const HIDDEN = "an image that does not fit; it is not shown here, as it may be a secret";

/** What is not known in preview is said, and checked again in the update, where everything is known. */
export function notKnownYet(path: string, expected: string, { preview }: Run): Finding {
  return {
    path,
    expected,
    found: preview ? "a value that is not known yet" : "a value that cannot be read",
    next: preview ? "It is checked again in the update." : "Write it as a plain value.",
    ...(preview && { warns: true }),
  };
}
