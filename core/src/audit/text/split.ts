/** One YAML document of a file. */
export interface Part {
  readonly text: string;
  /** Where it begins in the file. */
  readonly offset: number;
}

/** The documents of a text. A line that begins with three dashes ends one wherever it stands, also within quotes. */
export function splitDocuments(text: string): Part[] {
  const marks: number[] = [];
  for (
    let at = text.startsWith("---") ? 0 : text.indexOf("\n---");
    at >= 0;
    at = text.indexOf("\n---", at + 1)
  ) {
    const line = at === 0 && text.startsWith("---") ? 0 : at + 1;
    const next = text.charCodeAt(line + 3);
    if (Number.isNaN(next) || next === 32 || next === 9 || next === 10 || next === 13) marks.push(line);
  }
  if (marks[0] === undefined) return [{ text, offset: 0 }];
  const before = text.slice(0, marks[0]);
  const parts = marks.map((offset, index) => ({ text: text.slice(offset, marks[index + 1]), offset }));
  // Directives and comments before the first mark belong to its document.
  if (/^(?:\uFEFF)?(?:[ \t]*(?:#.*)?(?:\r?\n|$)|%.*(?:\r?\n|$))*$/.test(before)) {
    parts[0] = { text: text.slice(0, marks[1]), offset: 0 };
    return parts;
  }
  return [{ text: before, offset: 0 }, ...parts];
}
