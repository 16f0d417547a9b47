const CONTEXT = 3;

/** A unified diff of two texts that have the same lines but for some that differ. */
export function unifiedDiff(file: string, before: string, after: string): string {
  if (before === after) return "";
  const old = linesOf(before);
  const now = linesOf(after);
  if (old.length !== now.length) throw new Error("a change of an image adds no line");
  const changed = old.flatMap((line, index) => (line === now[index] ? [] : [index]));
  return `--- a/${file}\n+++ b/${file}\n${hunks(changed, old.length)
    .map(([from, to]) => hunk(old, now, from, to))
    .join("")}`;
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  return lines.at(-1) === ""
    ? lines.slice(0, -1)
    : [...lines.slice(0, -1), `${lines.at(-1) ?? ""}\n\\ No newline at end of file`];
}

/** Changes that are near each other stand in one piece. */
function hunks(changed: readonly number[], lines: number): [from: number, to: number][] {
  const pieces: [number, number][] = [];
  for (const line of changed) {
    const from = Math.max(line - CONTEXT, 0);
    const to = Math.min(line + CONTEXT + 1, lines);
    const last = pieces.at(-1);
    if (last && from <= last[1]) last[1] = to;
    else pieces.push([from, to]);
  }
  return pieces;
}

function hunk(old: readonly string[], now: readonly string[], from: number, to: number): string {
  const lines: string[] = [];
  for (let line = from; line < to;) {
    let end = line;
    while (end < to && old[end] !== now[end]) end += 1;
    for (let at = line; at < end; at++) lines.push(`-${old[at] ?? ""}\n`);
    for (let at = line; at < end; at++) lines.push(`+${now[at] ?? ""}\n`);
    if (end < to) lines.push(` ${old[end] ?? ""}\n`);
    line = end + 1;
  }
  return `@@ -${from + 1},${to - from} +${from + 1},${to - from} @@\n${lines.join("")}`;
}
