import type { Path } from "./path";
import { Unknown, isList, isValues, reveal, type Value } from "./value";

export interface Difference {
  readonly path: Path;
  readonly kind: "add" | "update" | "delete";
}

/** What must change for `before` to become `after`, at the deepest place where they differ. Secrets are compared by
 * what is inside; an unknown differs from everything. */
export function differences(before: Value | undefined, after: Value | undefined): readonly Difference[] {
  return compare(before && reveal(before), after && reveal(after), []);
}

function compare(before: Value | undefined, after: Value | undefined, path: Path): readonly Difference[] {
  if (before === undefined) return after === undefined ? [] : [{ path, kind: "add" }];
  if (after === undefined) return [{ path, kind: "delete" }];
  if (isList(before) && isList(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, i) => compare(before[i], after[i], [...path, i])).flat();
  }
  if (isValues(before) && isValues(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => compare(own(before, key), own(after, key), [...path, key]));
  }
  return before === after && !(after instanceof Unknown) ? [] : [{ path, kind: "update" }];
}

function own(values: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}
