/** What a load tool says of its run. */
export interface LoadRun {
  readonly tool: string;
  readonly requests: number;
  readonly failed: number;
  /** Milliseconds by percentile. */
  readonly latency: Readonly<Record<string, number>>;
  /** Milliseconds, where it says so. */
  readonly lasted: number | undefined;
}
