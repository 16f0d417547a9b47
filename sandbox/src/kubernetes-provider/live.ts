import { isList, isValues, type Path, type Value, type Values } from "@waybill/provider";
import { objectAt, textAt, type KubeObject } from "./object";
import { isQuantityPath, sameQuantity } from "./quantity";

/**
 * The live object in the shape of the inputs that made it: what the server filled in is left out, and what means the
 * same keeps the words of the inputs. What then differs from the inputs was changed by somebody else.
 */
export function liveInputs(live: KubeObject, inputs: KubeObject): KubeObject {
  return shape(withStringData(live, inputs), inputs, []) as KubeObject;
}

function shape(live: Value | undefined, input: Value, path: Path): Value | undefined {
  if (live === undefined || live === null) return isEmpty(input) ? input : undefined;
  if (isValues(live) && isValues(input)) return shapeObject(live, input, path);
  if (isList(live) && isList(input)) return shapeList(live, input, path);
  return isQuantityPath(path) && sameQuantity(live, input) ? input : live;
}

/** The server drops what says nothing: an empty text, a false, an empty list. */
function isEmpty(input: Value): boolean {
  if (isList(input)) return input.length === 0;
  if (isValues(input)) return Object.values(input).every(isEmpty);
  return input === null || input === "" || input === false || input === 0;
}

function shapeObject(live: Values, input: Values, path: Path): Values {
  const entries = Object.entries(input).map(([key, value]) => {
    const at = Object.hasOwn(live, key) ? live[key] : undefined;
    return [key, shape(at, value, [...path, key])] as const;
  });
  return Object.fromEntries(entries.filter((entry): entry is [string, Value] => entry[1] !== undefined));
}

function shapeList(live: readonly Value[], input: readonly Value[], path: Path): readonly Value[] {
  const liveNames = uniqueNames(live);
  const inputNames = uniqueNames(input);
  if (liveNames !== undefined && inputNames !== undefined) {
    const byName = new Map(live.map((element, i) => [liveNames[i], element]));
    return elements(
      input.map((element, i) => [byName.get(inputNames[i]), element]),
      path,
    );
  }
  // Whoever adds a plain value changes the list; whoever adds an object (a toleration, a port) may add his own.
  if (live.length > input.length && !live.every(isValues)) return live;
  return elements(
    input.map((element, i) => [live[i], element]),
    path,
  );
}

function elements(pairs: (readonly [Value | undefined, Value])[], path: Path): readonly Value[] {
  return pairs.flatMap(([live, input], i) =>
    live === undefined ? [] : [shape(live, input, [...path, i]) ?? null],
  );
}

/** Containers, volumes, variables and ports have names; others, such as an injected sidecar, may stand between. */
function uniqueNames(list: readonly Value[]): readonly string[] | undefined {
  const names = list.map((element) => textAt(element, "name"));
  const known = names.filter((name) => name !== undefined);
  return known.length === list.length && new Set(known).size === known.length ? known : undefined;
}

/** A Secret's stringData can only be written; the server answers with it in `data`. */
function withStringData(live: KubeObject, inputs: KubeObject): KubeObject {
  if (textAt(inputs, "kind") !== "Secret" || !isValues(inputs["stringData"])) return live;
  const data = objectAt(live, "data");
  const stringData = Object.entries(data).flatMap(([key, value]) =>
    typeof value === "string" ? [[key, Buffer.from(value, "base64").toString("utf8")] as const] : [],
  );
  return { ...live, stringData: Object.fromEntries(stringData) };
}
