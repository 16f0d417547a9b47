/** Opens some content from its beginning, as often as needed. */
export type OpenSource = () => AsyncIterable<Uint8Array>;

/** Reads content in ranges; going back opens it anew, going on does not. */
export class Cursor {
  private reader: AsyncIterator<Uint8Array> | undefined;
  private rest: Uint8Array = new Uint8Array();
  private position = 0;

  constructor(private readonly open: OpenSource) {}

  /** The bytes from `start` to before `end`. */
  async *range(start: number, end: number): AsyncGenerator<Uint8Array> {
    await this.seek(start);
    while (this.position < end) {
      const piece = await this.take(end - this.position);
      if (piece === undefined) return;
      yield piece;
    }
  }

  async close(): Promise<void> {
    await this.reader?.return?.();
    this.reader = undefined;
    this.rest = new Uint8Array();
    this.position = 0;
  }

  private async seek(start: number): Promise<void> {
    if (start < this.position) await this.close();
    while (this.position < start) {
      if ((await this.take(start - this.position)) === undefined) return;
    }
  }

  private async take(most: number): Promise<Uint8Array | undefined> {
    this.reader ??= this.open()[Symbol.asyncIterator]();
    if (this.rest.length === 0) {
      const next = await this.reader.next();
      if (next.done === true) return undefined;
      this.rest = next.value;
    }
    const piece = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(piece.length);
    this.position += piece.length;
    return piece;
  }
}
