import type { WaybillError } from "@waybill/core/problem";

/** One object on one line, its keys in the order in which they were written. */
export function asJson(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** A refusal in `--json`. */
export function problemJson({ code, problem }: WaybillError): object {
  const { about, expected, found, next } = problem;
  return { code, about, expected, found, next };
}

/** Columns as wide as their widest cell; the last one as it is. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}
