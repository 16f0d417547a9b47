import { type Mistake, partsAt } from "../../schema";
import type { EnvironmentEntry, GateEntry, PromotionDocument, ServiceEntry } from "../document";
import { askedIn, kindOf } from "../gate";
import { approversOf, peopleIn } from "../people";
import { gatesIn, hasTierGates } from "../resolve";
import { missingKeys } from "../schema";
import { tierChain, tierGates } from "../tiers";
import { lastOf } from "./people";

interface Where {
  readonly document: PromotionDocument;
  readonly index: number;
  readonly environment: EnvironmentEntry;
  readonly name: string;
  readonly service: ServiceEntry;
}

/** What follows from all parts together, for each service in each environment. `mistakes` are those that are known. */
export function findWrongPlaces(document: unknown, mistakes: readonly Mistake[]): Mistake[] {
  const isSound = (part: string): boolean =>
    !mistakes.some(({ path }) => path === part || path.startsWith(`${part}/`));
  if (!["/people", "/groups", "/tiers"].every(isSound)) return [];
  const places = partsAt(document, "/environments/*").flatMap((environment, index) =>
    partsAt(document, "/services/*")
      .filter((service) => isSound(environment.path) && isSound(service.path))
      .map((service) => ({
        document: { ...(document as PromotionDocument), environments: environmentsOf(document) },
        index,
        environment: environment.value as EnvironmentEntry,
        name: lastOf(service.path),
        service: service.value as ServiceEntry,
      })),
  );
  return unique([...places.flatMap(findInPlace), ...findUnknownGates(document, places)]);
}

function environmentsOf(document: unknown): EnvironmentEntry[] {
  return partsAt(document, "/environments/*").map(({ value }) => value as EnvironmentEntry);
}

function findInPlace(where: Where): Mistake[] {
  const { document, environment, index, service } = where;
  const path = `/environments/${index}`;
  return [
    ...findTierGates(where),
    ...Object.entries(environment.gates ?? {}).flatMap(([name, gate]) =>
      findInGate(where, name, gate, `${path}/gates/${name}`),
    ),
    ...Object.entries(environment.configGates ?? {}).flatMap(([name, gate]) =>
      findInGate(where, name, gate, `${path}/configGates/${name}`),
    ),
    ...(environment.freezes ?? []).flatMap(({ approvals }, at) =>
      tooFew(
        document,
        approvals.of ?? approversOf(service),
        approvals.count,
        `${path}/freezes/${at}/approvals`,
      ),
    ),
  ];
}

function findTierGates(where: Where): Mistake[] {
  const { document, environment, index, name, service } = where;
  if (service.tier === undefined || !hasTierGates(document.environments, index)) return [];
  const path = `/services/${name}/tier`;
  const tier = service.tier;
  return Object.entries(tierGates(document.tiers, tier)).flatMap(([gate, entry]) => {
    if (Object.hasOwn(environment.gates ?? {}, gate))
      return [
        { path, message: `gate "${gate}" stands in tier ${tier} and in environment ${environment.name}` },
      ];
    const kinds = new Set(
      tierChain(document.tiers, tier).flatMap(({ gates = {} }) => {
        const part = Object.hasOwn(gates, gate) ? gates[gate] : undefined;
        return part ? [kindOf(gate, part)] : [];
      }),
    );
    if (kinds.size > 1) return [{ path, message: `gate "${gate}" of tier ${tier} is of two kinds` }];
    const missing = missingKeys(kindOf(gate, entry), entry);
    if (missing.length > 0)
      return missing.map((key) => ({
        path,
        message: `gate "${gate}" of tier ${tier} is missing key "${key}"`,
      }));
    return findInGate(where, gate, entry, path);
  });
}

function findInGate(where: Where, name: string, entry: GateEntry, path: string): Mistake[] {
  const kind = kindOf(name, entry);
  const asked = askedIn(kind, entry, where);
  // Nobody has to let findings pass.
  if (asked === undefined || kind === "scan") return [];
  return tooFew(where.document, asked, entry.count, path, name);
}

/** A gate that nobody can open is a mistake, and not a very strict gate. */
function tooFew(
  document: PromotionDocument,
  asked: readonly string[],
  count = 1,
  path: string,
  gate?: string,
): Mistake[] {
  const what = gate === undefined ? "" : `gate "${gate}" `;
  const { people = {}, groups = {} } = document;
  const missing = asked.filter((name) => !Object.hasOwn(people, name) && !Object.hasOwn(groups, name));
  if (missing.length > 0)
    return missing.map((name) => ({
      path,
      message: `${what}asks group "${name}", and no such group is listed`,
    }));
  const able = peopleIn(document, asked).filter((name) => (people[name]?.signers ?? []).length > 0);
  if (able.length >= count) return [];
  const who = able.length === 0 ? "none" : `only ${able.join(", ")}`;
  return [{ path, message: `${what}asks ${count} of: ${asked.join(", ")}, and ${who} of them can sign` }];
}

function findUnknownGates(document: unknown, places: readonly Where[]): Mistake[] {
  return partsAt(document, "/exceptions/*").flatMap(({ path, value }) => {
    const { gate, service, environment } = value as Partial<Record<string, unknown>>;
    const where = places.find((one) => one.name === service && one.environment.name === environment);
    if (!where || typeof gate !== "string") return [];
    const gates = gatesIn(where.document, where.index, where.service);
    const entry = Object.hasOwn(gates, gate) ? gates[gate] : undefined;
    if (entry && kindOf(gate, entry) === "scan") return [];
    const message = `no scan gate "${gate}" is asked of ${where.name} in ${where.environment.name}`;
    return [{ path: `${path}/gate`, message }];
  });
}

function unique(mistakes: readonly Mistake[]): Mistake[] {
  const keys = mistakes.map(({ path, message }) => `${path} ${message}`);
  return mistakes.filter((_, index) => keys.indexOf(keys[index] ?? "") === index);
}
