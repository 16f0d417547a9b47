/** Which line of a text an offset is on. */
export class Lines {
  private starts: number[] | undefined;

  constructor(private readonly text: string) {}

  /** From 1 on. */
  at(offset: number): number {
    const starts = (this.starts ??= this.find());
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private find(): number[] {
    const starts = [0];
    for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) starts.push(at + 1);
    return starts;
  }
}
