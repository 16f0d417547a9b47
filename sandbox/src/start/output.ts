import type { Deployed } from "./deploy";

/** Empty lines, dots, headings, and every line that BuildKit writes of each of its steps. */
const noise =
  /^\s*$|^@ |^View |^Updating \(|^Previewing update \(|\(\d+s\) *(?:#\d+ .*)?$| warning: using pulumi-/;

/** Pulumi's own lines, less the noise. */
export function pulumiLine(line: string): string | undefined {
  return noise.test(line) ? undefined : `  │ ${line.trimEnd()}`;
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

/** The refusal alone, out of all that a refused preview prints. */
export function refusalLines(output: string): string[] {
  const lines = output.split("\n");
  const start = lines.findIndex((line) => /^\s*(Policy Violations|Policies|Diagnostics):/.test(line));
  return lines.slice(Math.max(start, 0)).flatMap((line) => pulumiLine(line) ?? []);
}
