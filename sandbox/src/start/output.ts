import type { Deployed } from "./deploy";

/** Empty lines, dots and headings; reads of stacks; beginnings that tell nothing; every step of BuildKit. */
const noise = new RegExp(
  [
    "^\\s*$",
    "^@ |^View |^Updating \\(|^Previewing update \\(|^Loading policy packs",
    " read pulumi:pulumi:StackReference | warning: using pulumi-|^ {4}pulumi:providers:",
    "(?:kubernetes|waybill):.*ing \\(\\d+s\\)(?: \\[diff: [^\\]]*\\];?)? *$",
    "docker-build:.*ing \\(\\d+s\\).* #\\d+ ",
  ].join("|"),
);

/** Pulumi's own lines, less the noise and what was said just before. */
export function pulumiLines(say: (line: string) => void): (line: string) => void {
  let last = "";
  return (line) => {
    const said = line.replace(/\(\d+s\)/, "").trimEnd();
    if (noise.test(line) || said === last) return;
    last = said;
    say(`  │ ${line.trimEnd()}`);
  };
}

export function deployedLines({
  stack,
  digest,
  commit,
  dirty,
  address,
  greeting,
  changed,
  waiting,
}: Deployed): string[] {
  const source = `commit ${commit.slice(0, 12)}${dirty ? " with uncommitted files" : ""}`;
  return [
    `  ${stack} runs ${digest}`,
    `  built from ${source}; ${changed ? "changed just now" : "no changes"}; ${address} answers "${greeting}"`,
    ...(waiting === null ? [] : [`  ${waiting}`]),
  ];
}

/** The first refusal alone, out of all that a refused preview prints; the others are counted. */
export function sayRefusal(output: string, say: (line: string) => void): void {
  const lines = output.split("\n");
  const begin = lines.findIndex((line) => /^Policies:/.test(line));
  const end = lines.findIndex((line) => /^(?:Diagnostics|Resources):/.test(line));
  const policies = lines.slice(Math.max(begin, 0), end > begin ? end : undefined);
  const refusals = policies.flatMap((line, index) => (/^ *- \[mandatory\]/.test(line) ? [index] : []));
  policies.slice(0, refusals[1]).forEach(pulumiLines(say));
  if (refusals.length > 1) say(`  │         … and ${refusals.length - 1} more`);
}
