export type Report = (line: string) => void;

/** Tells what is being done: when it begins, when it is done, and in between that it is still at it. */
export class Running {
  private readonly since = new Map<string, number>();
  private ticking: NodeJS.Timeout | undefined;

  constructor(
    private readonly stillRunningEvery: number,
    readonly report: Report,
  ) {}

  async during(name: string, what: string, work: () => Promise<void>): Promise<void> {
    this.report(`${what} …`);
    this.since.set(name, Date.now());
    this.ticking ??= setInterval(() => this.tick(), this.stillRunningEvery);
    try {
      await work();
      this.report(`${what} … done in ${this.seconds(name)}`);
    } finally {
      this.since.delete(name);
      if (this.since.size === 0) this.stop();
    }
  }

  private tick(): void {
    const names = [...this.since.keys()].map((name) => `${name} (${this.seconds(name)})`);
    this.report(`still at it: ${names.join(", ")}`);
  }

  private stop(): void {
    clearInterval(this.ticking);
    this.ticking = undefined;
  }

  private seconds(name: string): string {
    return `${Math.round((Date.now() - (this.since.get(name) ?? 0)) / 1000)} s`;
  }
}
