import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseDigest, quote, type Digest } from "@waybill/core/image";
import {
  findPlace,
  loadPromotion,
  type Place,
  type Promotion,
  rulesFor,
  stackName,
} from "@waybill/core/promotion";
import { describePlace, type Request } from "@waybill/core/release";
import { loadService } from "@waybill/core/service";
import { requesterOf } from "@waybill/core/source";
import { type Arguments, CliError, type Io } from "./command";
import { textFlag, wrongUsage } from "./input";
import { readConfiguration } from "./settings/configuration";
import { holdIn, pinIn, readSettingsFile, type SettingsFile, textIn } from "./settings/read";

const text = { type: "string" } as const;

/** The flags that say where: for every command about an environment. */
export const PLACE_FLAGS = {
  service: text,
  target: text,
  promotion: text,
  repository: text,
  json: { type: "boolean" },
} as const;

/** And those that say which settings go along. */
export const STACK_FLAGS = {
  ...PLACE_FLAGS,
  "config-file": text,
  "config-hash": text,
  digest: text,
} as const;

export const PLACE_HELP = [
  "--service S         one of the services of promotion.yaml; may be left out where there is one",
  "--target T          one target of the environment, where it has several",
  "--promotion FILE    default: promotion.yaml",
  "--repository R      where the images are, host/path, if promotion.yaml does not say it",
  "                    (default: $WAYBILL_REGISTRY/SERVICE, or as the stack that builds has it)",
  "--json              one JSON object (docs/cli.md)",
];

export const STACK_HELP = [
  ...PLACE_HELP,
  "--config-file FILE  the stack's settings (default: Pulumi.STACK.yaml beside promotion.yaml)",
  "--config-hash HASH  the hash of its settings, as pulumi preview prints it, for who cannot decrypt its secrets",
];

/** One stack: its place, its rules' file and its settings. */
export interface Stack {
  readonly promotion: Promotion;
  readonly place: Place;
  readonly name: string;
  /** Where promotion.yaml and Pulumi.yaml are. */
  readonly folder: string;
  readonly settings: SettingsFile;
  /** What pulumi needs to know it by. */
  readonly args: readonly string[];
}

export function readPromotion(args: Arguments): Promotion {
  return loadPromotion(textFlag(args, "promotion") ?? "promotion.yaml");
}

/** The services that are asked for: the named one, the only one, or all where that makes sense. */
export function serviceOf(command: string, args: Arguments, { services, file }: Promotion): string {
  const named = textFlag(args, "service");
  if (named !== undefined) return named;
  const [only, ...others] = services;
  if (only && others.length === 0) return only.name;
  const names = services.map(({ name }) => name).join(", ");
  throw wrongUsage(command, `--service, one of: ${names} (${file} has several)`, "none");
}

/** Every target of the environment, or the one that is named. */
export function placesOf(
  command: string,
  args: Arguments,
  promotion: Promotion,
): readonly [Place, ...Place[]] {
  const environment = oneEnvironment(command, args);
  const service = serviceOf(command, args, promotion);
  const target = textFlag(args, "target");
  const known = promotion.environments.find(({ name }) => name === environment)?.targets ?? [];
  const [first, ...others] = target !== undefined || known.length === 0 ? [target] : known;
  const at = (one: string | undefined): Place => ({ service, environment, target: one });
  const places = [at(first), ...others.map(at)] as const;
  places.forEach((place) => findPlace(promotion, place));
  return [...places];
}

export function onePlace(command: string, args: Arguments, promotion: Promotion): Place {
  const [place, ...others] = placesOf(command, args, promotion);
  if (others.length === 0) return place;
  const targets = [place, ...others].map(({ target }) => target ?? "").join(", ");
  throw wrongUsage(command, `--target, one of: ${targets}`, "none");
}

function oneEnvironment(command: string, { positionals }: Arguments): string {
  const [environment, ...more] = positionals;
  if (environment !== undefined && more.length === 0) return environment;
  const found = environment === undefined ? "none" : quote(positionals.join(" "));
  throw wrongUsage(command, "one environment of promotion.yaml", found);
}

export function openStack(args: Arguments, promotion: Promotion, place: Place): Stack {
  const name = stackName(promotion, place);
  const folder = dirname(resolve(promotion.file));
  const given = textFlag(args, "config-file");
  const file = given ?? settingsFile(folder, name);
  const settings = readSettingsFile(file);
  assertOf(settings, place);
  const more = given === undefined ? [] : ["--config-file", resolve(given)];
  return { promotion, place, name, folder, settings, args: ["--stack", name, ...more] };
}

/** Somebody's else settings must neither be judged nor written. */
function assertOf(settings: SettingsFile, place: Place): void {
  const { file } = settings;
  for (const key of ["service", "environment", "target"] as const) {
    const found = textIn(settings, key);
    if (found === place[key]) continue;
    throw new CliError("file", {
      about: quote(file),
      expected: `the settings of ${describePlace(place)}, with waybill:${key} ${quote(place[key] ?? "")}`,
      found: found === undefined ? "none" : quote(found),
      next: "Name the file of that stack: --config-file FILE.",
    });
  }
}

export function digestFlag(args: Arguments): Digest | undefined {
  const given = textFlag(args, "digest");
  return given === undefined ? undefined : parseDigest(given);
}

/** What the planner is asked about a stack, with nothing but the registry and files to answer it. */
export async function requestOf(io: Io, args: Arguments, stack: Stack): Promise<Request> {
  const { promotion, place, settings, folder, name } = stack;
  const { service } = findPlace(promotion, place);
  const configuration = await readConfiguration(io, {
    settings,
    definition: loadService(service.path),
    stack: name,
    folder,
    stackArgs: stack.args,
    hash: textFlag(args, "config-hash"),
  });
  return {
    place,
    repository: repositoryOf(io, args, promotion, place.service),
    configuration,
    pin: pinIn(settings),
    hold: holdIn(settings),
    requester: requesterOf(io.environment ?? process.env),
    change: textIn(settings, "change"),
  };
}

/** Where the images and histories of a service are. */
export function repositoryOf(io: Io, args: Arguments, promotion: Promotion, service: string): string {
  const places = buildingPlaces(promotion, service);
  const [first] = places;
  const ruled = first && rulesFor(promotion, first).repository;
  const { WAYBILL_REGISTRY: registry } = io.environment ?? process.env;
  const found =
    ruled ??
    textFlag(args, "repository") ??
    (registry ? `${registry}/${service}` : undefined) ??
    pushedTo(promotion, places);
  if (found !== undefined) return found;
  throw new CliError("usage", {
    about: `Images of ${service}`,
    expected: `repository in ${promotion.file}, --repository, WAYBILL_REGISTRY, or waybill:registry in the settings of the stack that builds them`,
    found: "none",
    next: `Say where they are: --repository HOST/PATH/${service}`,
  });
}

function buildingPlaces({ environments }: Promotion, service: string): Place[] {
  const building = environments.find(({ builds }) => builds);
  return (building?.targets ?? []).map((target) => ({
    service,
    environment: building?.name ?? "",
    target,
  }));
}

function pushedTo(promotion: Promotion, places: readonly Place[]): string | undefined {
  const folder = dirname(resolve(promotion.file));
  const found = places.flatMap((place) => {
    const file = settingsFile(folder, stackName(promotion, place));
    const registry = existsSync(file) ? textIn(readSettingsFile(file), "registry") : undefined;
    return registry === undefined ? [] : [`${registry}/${place.service}`];
  });
  return new Set(found).size === 1 ? found[0] : undefined;
}

function settingsFile(folder: string, stack: string): string {
  return join(folder, `Pulumi.${stack}.yaml`);
}
