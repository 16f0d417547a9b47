/** What is running, so that all of it can be stopped at once. */
export class Operations {
  private stop = new AbortController();

  /** Runs `work` with a signal that aborts on `abortAll` and on the call's own signal. */
  async run<T>(call: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return work(AbortSignal.any([this.stop.signal, call]));
  }

  /** Stops what runs now; a debugged provider outlives its engine and serves the next one. */
  abortAll(reason: string): void {
    this.stop.abort(new Error(reason));
    this.stop = new AbortController();
  }
}
