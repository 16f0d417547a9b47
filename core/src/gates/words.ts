import { quote } from "../image";

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
] as const;

/** A length of time as promotion.yaml writes it, in at most two units: 7d, 24h, 1h 30m. */
export function span(milliseconds: number): string {
  const whole = Math.max(0, Math.floor(milliseconds / 1000)) * 1000;
  // People say 24 hours, and 3 days.
  const units = UNITS.slice(whole >= 2 * UNITS[0][1] ? 0 : 1);
  let rest = whole;
  const parts = units.flatMap(([name, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count > 0 ? [`${count}${name}`] : [];
  });
  return parts.slice(0, 2).join(" ") || "0s";
}

export function moment(time: Date | number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "an unknown time" : date.toISOString().replace(/\.000Z$/, "Z");
}

/** What somebody else wrote, so that nothing hides in it, without the marks around it. */
export function plain(text: string): string {
  return quote(text).replace(/^"|"(?=$| \(\d+ characters\)$)/g, "");
}

export function listed(items: readonly string[], most = 5): string {
  const more = items.length > most ? ` and ${items.length - most} more` : "";
  return `${items.slice(0, most).join(", ")}${more}`;
}

export function either(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
}

/** "1 approval", "2 approvals". */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
