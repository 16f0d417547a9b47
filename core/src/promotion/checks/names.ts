import { type Mistake, type Part, partsAt, textsAt } from "../../schema";
import { lastOf } from "./people";

const GATES = ["/environments/*/gates/*", "/environments/*/configGates/*", "/tiers/*/gates/*"];

/** Where names of people and groups stand who give something. */
const GIVERS = [
  ...GATES.flatMap((gate) => [`${gate}/of/*`, `${gate}/exceptionsBy/*`]),
  ...[
    "/environments/*/freezes/*/approvals/of/*",
    "/environments/*/overrides/of/*",
    "/services/*/approvers/*",
  ],
];

const SIGNERS = ["/people/*/signers/*", ...GATES.flatMap((gate) => [`${gate}/by/*`, `${gate}/incidents`])];

/** The gates that nobody asks for and that are always there. */
const RESERVED = ["proof", "order", "block", "platforms"];

export function findWrongNames(document: unknown): Mistake[] {
  return [
    ...unknown(document, ["/groups/*/*"], "person", keysAt(document, "/people")),
    ...unknown(document, GIVERS, "person or group", givers(document)),
    ...bots(document),
    ...unknown(document, SIGNERS, "signer in trust", valuesAt(document, "/trust/signers/*/name")),
    ...unknown(document, ["/exceptions/*/service"], "service", keysAt(document, "/services")),
    ...unknown(
      document,
      ["/exceptions/*/environment"],
      "environment",
      valuesAt(document, "/environments/*/name"),
    ),
    ...GATES.flatMap((gate) => partsAt(document, gate))
      .filter(({ path }) => RESERVED.includes(lastOf(path)))
      .map(({ path }) => ({ path, message: `"${lastOf(path)}" is the name of a gate that is always there` })),
  ];
}

function unknown(
  document: unknown,
  paths: readonly string[],
  what: string,
  known: readonly string[],
): Mistake[] {
  return all(document, paths)
    .filter(({ value }) => !known.includes(value))
    .map(({ path, value }) => ({ path, message: `no ${what} "${value}" is listed` }));
}

/** Robots do what people tell them: their word is not another person's. */
function bots(document: unknown): Mistake[] {
  const isBot = (name: string): boolean =>
    partsAt(document, `/people/${name}/bot`).some(({ value }) => value === true);
  return all(document, GIVERS).flatMap(({ path, value }) => {
    const members = textsAt(document, `/groups/${value}/*`).map((member) => member.value);
    return [value, ...members]
      .filter(isBot)
      .map((name) => ({ path, message: `${name} is a bot, and cannot approve, review or let pass` }));
  });
}

function givers(document: unknown): string[] {
  return [...keysAt(document, "/people"), ...keysAt(document, "/groups")];
}

function all(document: unknown, paths: readonly string[]): Part<string>[] {
  return paths.flatMap((path) => textsAt(document, path));
}

function keysAt(document: unknown, path: string): string[] {
  return partsAt(document, `${path}/*`).map((part) => lastOf(part.path));
}

function valuesAt(document: unknown, path: string): string[] {
  return textsAt(document, path).map(({ value }) => value);
}
