/** A span of time with both ends in it, as in sigstore's TimeRange; undefined is open. */
export interface Window {
  readonly from: Date | undefined;
  readonly until: Date | undefined;
}

export function contains({ from, until }: Window, time: Date): boolean {
  return (from === undefined || from <= time) && (until === undefined || time <= until);
}

export function describeWindow({ from, until }: Window): string {
  return `${from?.toISOString() ?? "the beginning"} to ${until?.toISOString() ?? "now and on"}`;
}
