/** A span of time with both ends in it, as in sigstore's TimeRange; undefined is open. */
export interface Window {
  readonly from: Date | undefined;
  readonly until: Date | undefined;
}

/** Whether both ends are dates, as far as they are there: comparing with one that is none is always false. */
export function isWindow({ from, until }: Window): boolean {
  return ![from, until].some((end) => end !== undefined && Number.isNaN(end.getTime()));
}

export function contains({ from, until }: Window, time: Date): boolean {
  return (from === undefined || from <= time) && (until === undefined || time <= until);
}

export function describeWindow({ from, until }: Window): string {
  return `${from?.toISOString() ?? "the beginning"} to ${until?.toISOString() ?? "now and on"}`;
}
