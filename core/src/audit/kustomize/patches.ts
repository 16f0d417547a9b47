import { findInPatch, type ObjectKind } from "../../images";
import { occurrencesIn, type Where } from "../find";
import { objectsIn } from "../objects";
import type { Occurrence } from "../occurrence";
import type { Node } from "../text/node";
import { fieldsAt, listOf, NO_WORKLOAD, textOf } from "../workload";
import { entryOf, textIn } from "./files";

/** What a patch is for; a part that is left out fits everything. */
export interface Target {
  readonly kind: string | undefined;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
}

export function readTarget(node: Node | undefined): Target | undefined {
  if (node?.kind !== "map") return undefined;
  const [kind, name, namespace] = ["kind", "name", "namespace"].map((key) => textIn(entryOf(node, key)));
  return { kind, name, namespace };
}

/** Applies one document of a patch to what was gathered so far: as far as it is about images. */
export function applyPatch(
  root: Node,
  target: Target | undefined,
  where: Where,
  gathered: readonly Occurrence[],
): Occurrence[] {
  return [...objectsIn(root)].reduce<Occurrence[]>(
    (all, found) => {
      if (Array.isArray(found.value)) return applyChanges(found.value, root, target, where, all);
      const own = fieldsAt(found.value, []);
      const wanted = target ?? {
        kind: textOf(own["kind"]) || undefined,
        name: found.name || undefined,
        namespace: undefined,
      };
      const type = found.type ?? typeOf(wanted, all);
      const { occurrences } = occurrencesIn({ ...found, type }, where);
      return occurrences.reduce((some, patch) => mergeImage(some, patch, wanted), all);
    },
    [...gathered],
  );
}

function typeOf(target: Target, gathered: readonly Occurrence[]): ObjectKind | undefined {
  const first = gathered.find((one) => fits(one, target));
  return first && { apiVersion: first.apiVersion, kind: first.kind };
}

/** The container of the same name in the same list gets the patch's image; a container that is new is added. */
function mergeImage(gathered: readonly Occurrence[], patch: Occurrence, target: Target): Occurrence[] {
  const isSame = (one: Occurrence): boolean =>
    fits(one, target) && one.container === patch.container && listIn(one.path) === listIn(patch.path);
  const { image, file, line, place } = patch;
  if (gathered.some(isSame))
    return gathered.map((one) => (isSame(one) ? { ...one, image, file, line, place } : one));
  const host = gathered.find((one) => fits(one, target));
  const about = host
    ? { kind: host.kind, name: host.name, namespace: host.namespace, workload: host.workload }
    : {};
  return [...gathered, { ...patch, ...about }];
}

/** The path without numbers: a patch's list holds other containers than the object's. */
function listIn(path: string): string {
  return path.replace(/\[\d+\]/g, "[]");
}

/** JSON patches: a list of `{op, path, value}`. */
function applyChanges(
  changes: readonly unknown[],
  root: Node,
  target: Target | undefined,
  where: Where,
  gathered: readonly Occurrence[],
): Occurrence[] {
  const line = where.lines.at(root.at);
  let all = [...gathered];
  for (const change of listOf(changes)) {
    const path = toPath(textOf(change["path"]));
    const { value } = change;
    for (const found of findInPatch([change])) {
      const image = typeof found.image === "string" ? found.image : undefined;
      const isSame = (one: Occurrence): boolean =>
        typeof value === "string" && one.path === path && fits(one, target ?? ANYTHING);
      if (all.some(isSame))
        all = all.map((one) =>
          isSame(one) ? { ...one, image, file: where.file, line, place: undefined } : one,
        );
      else all.push(added(found.container, image, path, where, line, target));
    }
  }
  return all;
}

const ANYTHING: Target = { kind: undefined, name: undefined, namespace: undefined };

function added(
  container: string | undefined,
  image: string | undefined,
  path: string,
  { file }: Where,
  line: number,
  target: Target | undefined,
): Occurrence {
  return {
    file,
    line,
    apiVersion: "",
    kind: target?.kind ?? "",
    name: target?.name ?? "",
    namespace: target?.namespace ?? "",
    path,
    container,
    image,
    guessed: false,
    mention: false,
    workload: NO_WORKLOAD,
    owner: undefined,
    running: undefined,
    mirror: false,
    via: undefined,
    place: undefined,
  };
}

/** `/spec/containers/0/image` as paths are shown here. */
function toPath(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce(
      (path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === "" ? part : `${path}.${part}`),
      "",
    );
}

/** Kustomize takes names and kinds as patterns over the whole. */
function fits(one: Occurrence, target: Target): boolean {
  return (
    matches(one.kind, target.kind) &&
    matches(one.name, target.name) &&
    (target.namespace === undefined || matches(one.namespace, target.namespace))
  );
}

function matches(text: string, pattern: string | undefined): boolean {
  if (pattern === undefined || pattern === text) return true;
  try {
    return new RegExp(`^(?:${pattern})$`).test(text);
  } catch {
    return false;
  }
}
