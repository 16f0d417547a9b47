import { isList, isValues, type Value } from "./value";

/** Where a value stands: keys of objects, indexes of lists. */
export type Path = readonly (string | number)[];

const plainKey = /^[^."[\]]+$/;

/** Pulumi's way to write a path: `spec.ports[0]`, `metadata.labels["app.kubernetes.io/name"]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (!plainKey.test(step)) return `${text}["${step.replaceAll('"', '\\"')}"]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

const token = /^(?:\.?([^."[\]]+)|\[(\d+|\*)\]|\["((?:[^"\\]|\\.)*)"\])/;

/** Reads what `formatPath` writes, and `*`; undefined for anything else. */
export function parsePath(text: string): Path | undefined {
  const path: (string | number)[] = [];
  let rest = text;
  while (rest !== "") {
    const match = token.exec(rest);
    if (match === null) return undefined;
    const [all, key, index, quoted] = match;
    path.push(key ?? quoted?.replaceAll('\\"', '"') ?? (index === "*" ? "*" : Number(index)));
    rest = rest.slice(all.length);
  }
  return path;
}

/** Whether `pattern` names `path` or something that contains it; `*` stands for any one step. */
export function covers(pattern: Path, path: Path): boolean {
  return pattern.length <= path.length && pattern.every((step, i) => step === "*" || step === path[i]);
}

export function valueAt(value: Value | undefined, path: Path): Value | undefined {
  return path.reduce<Value | undefined>((at, step) => {
    if (typeof step === "number") return isList(at) ? at[step] : undefined;
    return isValues(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }, value);
}
