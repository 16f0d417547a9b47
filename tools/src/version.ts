export type Version = readonly [major: number, minor: number, patch: number];

/** The first thing in a program's answer that looks like a version. */
export function versionIn(answer: string): Version | undefined {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(answer);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

/** Versions that fit: from `from` on, and before `before`. */
export interface Range {
  readonly from: string;
  readonly before: string;
}

export function isWithin(version: Version, { from, before }: Range): boolean {
  return compare(version, from) >= 0 && compare(version, before) < 0;
}

/** What a range leaves out counts as zero. */
function compare(version: Version, text: string): number {
  const [major = 0, minor = 0, patch = 0] = text.split(".").map(Number);
  return version[0] - major || version[1] - minor || version[2] - patch;
}
