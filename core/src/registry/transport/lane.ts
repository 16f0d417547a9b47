/** At most `width` may be in a lane at once; the rest wait in the order in which they came. */
export class Lane {
  private inside = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly width: number) {}

  /** Resolves to the function that leaves the lane. Who is urgent goes first. */
  async enter(signal: AbortSignal | undefined, urgent = false): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.inside < this.width) this.inside += 1;
    else await this.turn(signal, urgent);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.leave();
    };
  }

  private turn(signal: AbortSignal | undefined, urgent: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.waiting.splice(this.waiting.indexOf(enter), 1);
        reject(new Error("gave up waiting"));
      };
      const enter = (): void => {
        signal?.removeEventListener("abort", giveUp);
        resolve();
      };
      signal?.addEventListener("abort", giveUp, { once: true });
      if (urgent) this.waiting.unshift(enter);
      else this.waiting.push(enter);
    });
  }

  /** The place goes straight to whoever waits longest. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.inside -= 1;
    else next();
  }
}
