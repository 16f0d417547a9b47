import { ensure } from "./ensure";
import { askVersion, type Located } from "./find";
import { thisMachine } from "./machine";
import { ToolsError } from "./problem";
import { rowsOf, toolNames } from "./table";

/** `node tools/dist/main.js [NAME…]`: brings the tools and prints name, version, where from, and path of each. */
async function main(names: readonly string[]): Promise<void> {
  const tools = rowsOf(names.length === 0 ? toolNames : names);
  const located = await ensure(thisMachine(), tools, (line) => console.error(line));
  const rows = await Promise.all(located.map(rowOf));
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
}

async function rowOf({ name, path, from }: Located): Promise<string[]> {
  const check = rowsOf([name])[0]?.check;
  const version = check === undefined ? undefined : await askVersion(thisMachine(), check, path);
  return [name, version?.join(".") ?? "-", from, path];
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof ToolsError ? error.message : error);
  process.exitCode = 1;
});
