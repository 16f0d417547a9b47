import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Size and time of every file below the roots: cheap, and different after every edit, checkout or build. */
export function snapshot(folder, roots) {
  return Object.fromEntries(
    roots.flatMap((root) => filesBelow(folder, root)).map((path) => [path, mark(folder, path)]),
  );
}

/** A lost result needs a full build; so does a tree that was never built from here. */
export function changesSince(recorded, now) {
  if (recorded === undefined) return { any: true, lostResult: true };
  const before = JSON.parse(recorded);
  const paths = new Set([...Object.keys(before), ...Object.keys(now)]);
  const changed = [...paths].filter((path) => before[path] !== now[path]);
  return {
    any: changed.length > 0,
    lostResult: changed.some((path) => isResult(path) && now[path] === undefined),
  };
}

const isResult = (path) => path.split("/").includes("dist");

function mark(folder, path) {
  const { size, mtimeMs } = statSync(join(folder, path));
  return `${size} ${mtimeMs}`;
}

function filesBelow(folder, path) {
  const stat = statSync(join(folder, path), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(join(folder, path))
    .filter((name) => name !== "node_modules")
    .flatMap((name) => filesBelow(folder, `${path}/${name}`));
}
