import { WaybillError } from "../problem";

export type ImageErrorCode =
  | "empty"
  | "too-long"
  | "malformed"
  | "upper-case-name"
  | "hex-name"
  | "bare-digest"
  | "bad-host"
  | "ambiguous-host"
  | "bad-port"
  | "bad-digest"
  | "unsupported-digest"
  | "not-pinned";

export class ImageError extends WaybillError<ImageErrorCode> {}

/** Shows a text so that no invisible or look-alike character hides in it, and so that it fits on a line. */
export function quote(text: string): string {
  const shown = text.length > 160 ? `${text.slice(0, 160)}…` : text;
  const ascii = JSON.stringify(shown).replace(
    /[^ -~…]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return text.length > 160 ? `${ascii} (${text.length} characters)` : ascii;
}
