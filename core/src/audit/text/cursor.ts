/** Something that only the careful reader may judge: rare YAML, or no YAML. */
export const UNUSUAL = new Error("left to the careful reader");

export const SPACE = 32;
export const NEWLINE = 10;
export const RETURN = 13;
export const HASH = 35;
export const DASH = 45;
export const COLON = 58;

/** Where the fast reader is in a document. */
export class Cursor {
  pos = 0;
  /** Beginning of the line of `pos`, and its indentation, after `nextLine`. */
  line = 0;
  indent = -1;

  readonly hasReturns: boolean;
  private comment = -1;

  constructor(
    readonly text: string,
    /** Where the document begins in its file. */
    readonly offset: number,
  ) {
    this.hasReturns = text.includes("\r");
  }

  code(at = this.pos): number {
    return this.text.charCodeAt(at);
  }

  /** Where the next comment behind something may begin; each place is searched only once. */
  commentFrom(at: number): number {
    if (this.comment < at) {
      const found = this.text.indexOf(" #", at);
      this.comment = found < 0 ? Infinity : found;
    }
    return this.comment;
  }

  endOfLine(at: number): number {
    const end = this.text.indexOf("\n", at);
    if (end < 0) return this.text.length;
    return this.text.charCodeAt(end - 1) === RETURN && end > at ? end - 1 : end;
  }

  skipSpaces(): void {
    while (this.code() === SPACE) this.pos += 1;
  }

  /** At the end of a line, or at a comment that takes the rest of it. */
  atLineEnd(): boolean {
    const code = this.code();
    if (Number.isNaN(code) || code === NEWLINE || code === RETURN) return true;
    return code === HASH && (this.pos === 0 || isBlank(this.code(this.pos - 1)));
  }

  /** After a value: nothing more may stand on its line. */
  finishLine(): void {
    this.skipSpaces();
    if (!this.atLineEnd()) throw UNUSUAL;
  }

  /** Goes to the first character of the next line with content, if this line has none left. */
  nextLine(): boolean {
    const { text } = this;
    let line = this.pos;
    if (line > 0 && text.charCodeAt(line - 1) !== NEWLINE) {
      line = text.indexOf("\n", line) + 1;
      if (line === 0) return this.end();
    }
    for (;;) {
      let at = line;
      while (text.charCodeAt(at) === SPACE) at += 1;
      const code = text.charCodeAt(at);
      if (Number.isNaN(code)) return this.end();
      if (code !== NEWLINE && code !== RETURN && code !== HASH) {
        this.line = line;
        this.indent = at - line;
        this.pos = at;
        return true;
      }
      line = text.indexOf("\n", at) + 1;
      if (line === 0) return this.end();
    }
  }

  private end(): boolean {
    this.pos = this.text.length;
    this.line = this.pos;
    this.indent = -1;
    return false;
  }
}

export function isBlank(code: number): boolean {
  return code === SPACE || code === NEWLINE || code === RETURN || Number.isNaN(code);
}
