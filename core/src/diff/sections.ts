import { describeVerdicts } from "../gates";
import type { Shape } from "../release";
import type { CommitRange } from "../source";
import type { Difference } from "./difference";
import { countBySeverity, type ScanFinding } from "./findings";
import type { PackageChanges } from "./packages";
import type { SettingChange } from "./settings";

/** One part of the review: a title, one line that answers it, and details. */
export interface Section {
  readonly title: string;
  readonly answer: string;
  readonly lines: readonly string[];
}

/** More than anybody reads; the rest is counted. */
const MOST_LINES = 20;

/** The same parts in the same order, whoever shows them. */
export function sectionsOf(difference: Difference): Section[] {
  return [
    what(difference),
    commits(difference),
    settings(difference),
    base(difference),
    packages(difference),
    size(difference.shapes),
    scan(difference),
    gates(difference),
    approvals(difference),
    rollback(difference),
  ];
}

function what({ from, to, mayEnter, summary, waiting, environment }: Difference): Section {
  const moves = from?.digest !== to.digest;
  const now = moves ? "change of the image" : "same image";
  const verdict = mayEnter && waiting === null ? "may enter" : "may not enter";
  return {
    title: "What changes",
    answer: `${now}; it ${verdict} ${environment}: ${[summary, waiting].filter(Boolean).join("; ")}`,
    lines: [
      `old  ${from ? `${from.digest} (${from.tag})` : "nothing runs here"}`,
      `new  ${to.digest} (${to.tag})`,
      `image repository  ${to.repository}`,
    ],
  };
}

function commits({ range, from, to }: Difference): Section {
  const title = "Commits";
  if (!from)
    return { title, answer: `${short(to.commit)} and all before it, as nothing runs here`, lines: [] };
  if (from.commit === to.commit) return { title, answer: `the same commit, ${short(to.commit)}`, lines: [] };
  const span = `${short(from.commit)}..${short(to.commit)}`;
  const link = to.source?.startsWith("https://")
    ? [`${to.source}/compare/${from.commit}...${to.commit}`]
    : [];
  if (!range)
    return {
      title,
      answer: `${span}; this git repository does not have both, so they are not listed`,
      lines: link,
    };
  return {
    title,
    answer: `${span}, ${directionOf(range)}`,
    lines: [
      ...capped(
        range.commits.map(
          ({ commit, date, author, subject }) =>
            `${short(commit)}  ${date.slice(0, 10)}  ${author}  ${subject}`,
        ),
      ),
      ...link,
    ],
  };
}

function directionOf({ direction, commits }: CommitRange): string {
  const count = commits.length === 1 ? "1 commit" : `${commits.length} commits`;
  if (direction === "forward") return count;
  return direction === "back"
    ? `BACKWARDS by ${count}: these go away`
    : `${count}, and the old ones are not among the new one's ancestors`;
}

function settings({ settings: changes, config, from }: Difference): Section {
  const title = "Settings";
  const hash = `hash  ${config.to}`;
  if (!changes)
    return { title, answer: from ? "not known" : "all are new, as nothing runs here", lines: [hash] };
  const lines = [
    ...changes.settings.map(settingLine),
    ...(changes.manifests ? ["changed  port, probes or resources in service.yaml"] : []),
  ];
  if (lines.length === 0 && config.from !== config.to) {
    return {
      title,
      answer: "A CHANGE BESIDES THE IMAGE that cannot be shown: secrets could not be read",
      lines: [hash],
    };
  }
  if (lines.length === 0) return { title, answer: "no change of settings or secrets", lines: [hash] };
  const answer = `${lines.length} ${lines.length === 1 ? "CHANGE" : "CHANGES"} BESIDES THE IMAGE`;
  return { title, answer, lines: [...lines, hash] };
}

function settingLine({ name, kind, from, to, secret }: SettingChange): string {
  if (secret) return `${kind}  ${name}  (a secret; its value is not shown)`;
  return `${kind}  ${name}  ${from ?? "not set"} -> ${to ?? "not set"}`;
}

function base({ base: { from, to }, from: old }: Difference): Section {
  const title = "Base image";
  if (!old) return { title, answer: to ?? "none (from scratch)", lines: [] };
  if (from === to) return { title, answer: `the same, ${to ?? "none (from scratch)"}`, lines: [] };
  return { title, answer: "changes", lines: [`old  ${from ?? "none"}`, `new  ${to ?? "none"}`] };
}

function packages({ packages: changes, from }: Difference): Section {
  const title = "Packages";
  if (!changes) {
    return {
      title,
      answer: from
        ? "not known: one of the two has no SBOM that counts"
        : "all are new, as nothing runs here",
      lines: [],
    };
  }
  const { added, removed, changed, runtime } = changes;
  if (countOf(changes) === 0) return { title, answer: "no change, the runtime included", lines: [] };
  const answer = `${changed.length} changed, ${added.length} added, ${removed.length} removed; runtime: ${countOf(runtime) === 0 ? "no change" : linesOf(runtime).join(", ")}`;
  return { title, answer, lines: capped(linesOf(changes)) };
}

function countOf({ added, removed, changed }: PackageChanges): number {
  return added.length + removed.length + changed.length;
}

function linesOf({ added, removed, changed }: PackageChanges): string[] {
  return [
    ...changed.map(({ name, from, to }) => `~ ${name} ${from} -> ${to}`),
    ...added.map(({ name, version }) => `+ ${name} ${version}`),
    ...removed.map(({ name, version }) => `- ${name} ${version}`),
  ];
}

function size({ from, to }: Difference["shapes"]): Section {
  const lines = to.map(({ platform, layers, bytes }) => {
    const old = from?.find((one) => one.platform === platform);
    const before = old ? `${megabytes(old.bytes)} in ${old.layers} layers -> ` : "";
    return `${platform}  ${before}${megabytes(bytes)} in ${layers} layers`;
  });
  const gone = (from ?? []).filter(({ platform }) => !to.some((one) => one.platform === platform));
  return {
    title: "Size",
    answer: `${megabytes(total(to))}${from ? ` (${difference(total(to) - total(from))})` : ""}`,
    lines: [...lines, ...gone.map(({ platform }) => `${platform}  is gone`)],
  };
}

function scan({ scan: { from, to, changes } }: Difference): Section {
  const title = "Scan";
  if (!to) return { title, answer: "not scanned: nothing is known about new findings", lines: [] };
  const now = `${countBySeverity(to.findings)} (${to.scanner}, ${to.finished})`;
  if (!changes)
    return {
      title,
      answer: `${now}; what runs now was not scanned, so that new ones cannot be told`,
      lines: capped(to.findings.map(nameOf)),
    };
  const fresh = from
    ? `${changes.appeared.length} new, ${changes.fixed.length} fixed`
    : "nothing runs here to compare with";
  return {
    title,
    answer: `${now}; ${fresh}`,
    lines: capped([
      ...changes.appeared.map((one) => `new    ${nameOf(one)}`),
      ...changes.fixed.map((one) => `fixed  ${nameOf(one)}`),
      ...changes.stayed.map((one) => `still  ${nameOf(one)}`),
    ]),
  };
}

function nameOf({ id, severity }: ScanFinding): string {
  return `${id} (${severity})`;
}

function gates({ verdicts, summary }: Difference): Section {
  return { title: "Gates", answer: summary, lines: describeVerdicts(verdicts).trimEnd().split("\n") };
}

function approvals({ approvals: given }: Difference): Section {
  const title = "Approvals";
  if (given.length === 0) return { title, answer: "nobody has approved it", lines: [] };
  const counting = [...new Set(given.filter(({ counts }) => counts).map(({ person }) => person))];
  const answer = counting.length === 0 ? "given, but NONE COUNTS (see Gates)" : `by ${counting.join(", ")}`;
  const lines = given.map(
    ({ person, counts, expires, reason }) =>
      `${counts ? "counts        " : "does not count"}  ${person}  until ${expires}${reason === null ? "" : `  "${reason}"`}`,
  );
  return { title, answer, lines };
}

function rollback({ rollback: target }: Difference): Section {
  const title = "Rollback";
  if (!target) return { title, answer: "nowhere: nothing runs here", lines: [] };
  const safe =
    target.safe === null
      ? "nobody declared whether that is safe"
      : target.safe
        ? "declared safe"
        : "DECLARED UNSAFE by the new version";
  const blocked = target.blocked ? "; it is BLOCKED, and cannot come back" : "";
  return { title, answer: `to ${target.digest} (${target.tag}); ${safe}${blocked}`, lines: [] };
}

function short(commit: string): string {
  return commit.slice(0, 12);
}

function capped(lines: readonly string[]): string[] {
  if (lines.length <= MOST_LINES) return [...lines];
  return [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more`];
}

function total(shape: Shape): number {
  return shape.reduce((sum, { bytes }) => sum + bytes, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

function difference(bytes: number): string {
  return `${bytes < 0 ? "-" : "+"}${megabytes(Math.abs(bytes))}`;
}
