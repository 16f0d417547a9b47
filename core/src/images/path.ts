/** One step from a value to a part of it: a key of a map, each element of a list, or each value of a map. */
export type Step = { readonly key: string } | "each" | "any";

const STEP =
  /(?:^|\.)(?<key>[A-Za-z_][\w-]*)|(?<each>\[\])|(?:^|\.)(?<any>\*)|\[(?<quoted>"(?:[^"\\]|\\.)*")\]/y;
const known = new Map<string, readonly Step[] | undefined>();

/** Reads `spec.jobs[].template.spec.containers[].image`; `*` is any key, `["a.b/c"]` a key with other characters. */
export function readPath(path: string): readonly Step[] | undefined {
  if (!known.has(path)) known.set(path, parse(path));
  return known.get(path);
}

function parse(path: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const groups = STEP.exec(path)?.groups;
    if (!groups) return undefined;
    const { key, each, quoted } = groups;
    if (each !== undefined) steps.push("each");
    else if (quoted !== undefined) steps.push({ key: JSON.parse(quoted) as string });
    else steps.push(key === undefined ? "any" : { key });
  }
  return steps.length === 0 ? undefined : steps;
}

/** The path of a part, as messages show it: `spec.containers[0].image`. */
export function join(at: string, key: string): string {
  return below(at, /^[\w-]+$/.test(key) ? key : `[${JSON.stringify(key)}]`);
}

export function below(at: string, path: string): string {
  return at === "" || path === "" || path.startsWith("[") ? `${at}${path}` : `${at}.${path}`;
}

const PLACE = /(?:^|\.)(?<key>[\w-]+)|\[(?<index>\d+)\]|\[(?<quoted>"(?:[^"\\]|\\.)*")\]/y;

const MOST_REMEMBERED = 10_000;
const seen = new Map<string, readonly (string | number)[]>();

/** The keys and indices on the way to what a path of `join` shows. The same few paths come again and again. */
export function keysOf(path: string): readonly (string | number)[] {
  const remembered = seen.get(path);
  if (remembered) return remembered;
  const keys = parsePlace(path);
  if (seen.size < MOST_REMEMBERED) seen.set(path, keys);
  return keys;
}

function parsePlace(path: string): (string | number)[] {
  const keys: (string | number)[] = [];
  PLACE.lastIndex = 0;
  for (let groups = PLACE.exec(path)?.groups; groups; groups = PLACE.exec(path)?.groups) {
    const { key, index, quoted } = groups;
    if (index !== undefined) keys.push(Number(index));
    else keys.push(quoted === undefined ? (key ?? "") : (JSON.parse(quoted) as string));
    if (PLACE.lastIndex >= path.length) break;
  }
  return keys;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
