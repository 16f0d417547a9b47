import { type Mistake, type Part, partsAt, textAt, textsAt } from "../../schema";
import { stackFrom } from "../place";

/** Two environments or targets of one name, or two places that share a stack, would make the order a matter of luck. */
export function findOrderMistakes(document: unknown): Mistake[] {
  return [
    ...twice(textsAt(document, "/environments/*/name"), "environment"),
    ...partsAt(document, "/environments/*").flatMap(({ path, value }) => [
      ...twice(prefixed(path, textsAt(value, "/freezes/*/name")), "freeze"),
    ]),
    ...sharedStacks(document),
    ...askedOfTheFirst(document),
  ];
}

function twice(names: readonly Part<string>[], what: string): Mistake[] {
  return names
    .filter(({ value }, index) => names.findIndex((other) => other.value === value) < index)
    .map(({ path, value }) => ({ path, message: `${what} "${value}" is listed twice` }));
}

function prefixed(prefix: string, parts: readonly Part<string>[]): Part<string>[] {
  return parts.map(({ path, value }) => ({ path: `${prefix}${path}`, value }));
}

function sharedStacks(document: unknown): Mistake[] {
  const known = new Set(textsAt(document, "/environments/*/name").map(({ value }) => value));
  const stacks = partsAt(document, "/services/*").flatMap(({ path, value: service }) =>
    [...known].flatMap((environment) =>
      targetsOf(document, environment).map((target) => ({
        path,
        value: stackFrom(textAt(service, "/stack"), {
          service: path.split("/").at(-1) ?? "",
          environment,
          target,
        }),
      })),
    ),
  );
  return stacks
    .filter(({ value }, index) => stacks.findIndex((other) => other.value === value) < index)
    .map(({ path, value }) => ({ path, message: `two places share the stack name "${value}"` }));
}

function targetsOf(document: unknown, name: string): (string | undefined)[] {
  const environment = partsAt(document, "/environments/*").find(
    ({ value }) => textAt(value, "/name") === name,
  );
  const targets = textsAt(environment?.value, "/targets/*/name").map(({ value }) => value);
  return targets.length === 0 ? [undefined] : targets;
}

const ASKING = ["gates", "configGates", "freezes", "overrides"];

/** Nothing is promoted into the environment that builds, so what is asked there would never be looked at. */
function askedOfTheFirst(document: unknown): Mistake[] {
  const message = "nothing can be asked in the first environment: images are built there";
  return [
    ...ASKING.flatMap((key) => partsAt(document, `/environments/0/${key}`)),
    ...partsAt(document, "/environments/0/tierGates").filter(({ value }) => value === true),
    ...partsAt(document, "/environments/0/pin").filter(({ value }) => value === "required"),
  ].map(({ path }) => ({ path, message }));
}
