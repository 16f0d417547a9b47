import { type ImageField, imageFieldsOf, knownKinds } from "../images";
import { imagesIn, list, literal, matchBy, noneOf, type Validation } from "./cel";
import type { Guard, KubernetesObject } from "./guard";
import { allowedText, fitting, isAllowed, isPinned, NEXT_DIGEST, NEXT_REGISTRY } from "./rules";
import { policy } from "./policy";
import { BUILT_IN, EVERYTHING } from "./workloads";

/** Where custom resources usually keep a pod spec. */
const PLACES = [
  ["spec"],
  ["spec", "template", "spec"],
  ["spec", "podTemplate", "spec"],
  ["spec", "jobTemplate", "spec", "template", "spec"],
  ["template", "spec"],
] as const;

/**
 * Custom resources: pod specs by their shape, whatever the kind, and the fields of the kinds that Waybill knows by name.
 * What slips through here meets the other policies when its pods are made.
 */
export function customPolicy(guard: Guard): KubernetesObject {
  return policy("waybill-custom", {
    rules: EVERYTHING,
    except: BUILT_IN,
    conditions: [
      {
        name: "spec-is-new",
        expression:
          "request.operation == 'CREATE' || dyn(object).?spec != dyn(oldObject).?spec || dyn(object).?template != dyn(oldObject).?template",
      },
    ],
    variables: [
      { name: "fitting", expression: literal(fitting(guard).named) },
      { name: "fittingShort", expression: literal(fitting(guard).short ?? "") },
      ...placeVariables(),
      { name: "images", expression: PLACES.map((place) => imagesIn(nameOf(place))).join(" + ") },
      { name: "floating", expression: `variables.images.filter(i, !${isPinned("i")})` },
      ...(guard.registries
        ? [{ name: "strange", expression: `variables.images.filter(i, !${isAllowed("i", guard)})` }]
        : []),
    ],
    validations: [
      noneOf("floating", "every image by its digest", NEXT_DIGEST),
      ...(guard.registries ? [noneOf("strange", allowedText(guard), NEXT_REGISTRY)] : []),
      ...[...knownFields(), ...ownFields(guard)].map((known) => fieldValidation(known, guard)),
    ],
  });
}

/** Step by step, and never into what is no map: a kind may well have a text called `template`. */
function placeVariables(): { name: string; expression: string }[] {
  const paths = new Map(
    PLACES.flatMap((place) => place.map((_, index) => place.slice(0, index + 1))).map((path) => [
      path.join("_"),
      path,
    ]),
  );
  return [...paths].map(([name, path]) => {
    const parent = path.length === 1 ? "dyn(object)" : nameOf(path.slice(0, -1));
    const key = literal(path.at(-1) ?? "");
    return {
      name,
      expression: `${key} in ${parent} && type(dyn(${parent}[${key}])) == map ? dyn(${parent}[${key}]) : dyn({})`,
    };
  });
}

const nameOf = (path: readonly string[]): string => `variables.${path.join("_")}`;

interface KnownKinds {
  readonly group: string;
  readonly kinds: readonly string[];
  readonly fields: readonly ImageField[];
}

/** Kinds that keep images where no shape finds them, of the groups in which such kinds are many and common. */
const NAMED_GROUPS = ["argoproj.io", "tekton.dev", "actions.summerwind.dev", "sparkoperator.k8s.io"];

function knownFields(): KnownKinds[] {
  const found = new Map<string, { group: string; kinds: string[]; fields: readonly ImageField[] }>();
  for (const { group, kind, fields } of knownKinds()) {
    const plain = fields.filter(isPlain);
    if (!NAMED_GROUPS.includes(group) || plain.length === 0) continue;
    const key = JSON.stringify([group, plain]);
    const known = found.get(key) ?? { group, kinds: [], fields: plain };
    known.kinds.push(kind);
    found.set(key, known);
  }
  return [...found.values()];
}

/** What promotion.yaml says of kinds that Waybill does not know. */
const ownFields = ({ imagePaths }: Guard): KnownKinds[] =>
  imagePaths.filter(isPlain).map(({ group, kind, path }) => ({ group, kinds: [kind], fields: [{ path }] }));

/** The others hold text in which an image is written in some other form. */
function isPlain({ path, form, json }: ImageField): boolean {
  return form === undefined && !json && /^[\w.[\]*-]+$/.test(path) && !BY_SHAPE.has(path);
}

const POD_FIELDS = imageFieldsOf({ apiVersion: "v1", kind: "Pod" }) ?? [];

const BY_SHAPE = new Set(
  PLACES.flatMap((place) => POD_FIELDS.map(({ path }) => path.replace(/^spec/, place.join(".")))),
);

function fieldValidation({ group, kinds, fields }: KnownKinds, guard: Guard): Validation {
  const isOther = `!(object.kind in ${list(kinds)}) || !object.apiVersion.startsWith(${literal(`${group}/`)})`;
  const parts = fields.map(({ path, emptyMeansUnset }) =>
    walk("dyn(object)", steps(path), 0, (image) =>
      emptyMeansUnset ? `(${image} == '' || ${fits(image, guard)})` : fits(image, guard),
    ),
  );
  const paths = fields.map(({ path }) => path).join(", ");
  return {
    expression: `${isOther} || (${parts.join(" && ")})`,
    message: `expected every image by its digest and of an allowed registry, found another in one of ${paths.slice(0, 400)}. ${NEXT_DIGEST}`,
    reason: "Forbidden",
  };
}

const fits = (image: string, guard: Guard): string =>
  matchBy(image, {
    named: "variables.fitting",
    short: fitting(guard).short === undefined ? undefined : "variables.fittingShort",
  });

const steps = (path: string): string[] => path.replaceAll("[]", ".[]").split(".");

/** True where every image on the way fits; what is not there has no image. */
function walk(
  value: string,
  [step, ...rest]: readonly string[],
  depth: number,
  test: (image: string) => string,
): string {
  if (step === undefined) return test(value);
  const each = `e${depth}`;
  const inner = (next: string) => walk(next, rest, depth + 1, test);
  if (step === "[]") return `${value}.all(${each}, ${inner(each)})`;
  if (step === "*") return `${value}.all(${each}, ${inner(`${value}[${each}]`)})`;
  const key = literal(step);
  return `(!(${key} in ${value}) || ${inner(`${value}[${key}]`)})`;
}
