import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { DeploymentEntry } from "@waybill/core/history";
import { findPlace, type Place, type Promotion, stackName } from "@waybill/core/promotion";
import type { Request } from "@waybill/core/release";
import { type Configuration, configurationOf, loadService } from "@waybill/core/service";
import { requesterOf } from "@waybill/core/source";
import type { Arguments, Io } from "../command";
import { hasSecrets, holdIn, objectIn, pinIn, type SettingsFile, textIn } from "../settings/read";
import { openStack, repositoryOf } from "../stack";

/** Every place of a service, in the order of promotion.yaml. */
export function placesIn({ environments }: Promotion, service: string): Place[] {
  return environments.flatMap(({ name, targets }) =>
    targets.map((target): Place => ({ service, environment: name, target })),
  );
}

/** The places that a place takes its images from. */
export function upstreamPlaces(promotion: Promotion, place: Place): Place[] {
  const index = promotion.environments.findIndex(({ name }) => name === place.environment);
  const before = promotion.environments[index - 1]?.name;
  return placesIn(promotion, place.service).filter(({ environment }) => environment === before);
}

/** What is asked about a place by somebody who only looks: no secret is decrypted, and no settings file need be there. */
export interface Glance {
  readonly request: Request;
  /** False where its settings could not be compared with what runs: they are taken to be those that run. */
  readonly compared: boolean;
}

export function glanceAt(
  io: Io,
  args: Arguments,
  promotion: Promotion,
  place: Place,
  running: DeploymentEntry | undefined,
): Glance {
  const file = join(dirname(resolve(promotion.file)), `Pulumi.${stackName(promotion, place)}.yaml`);
  const settings = existsSync(file)
    ? openStack({ ...args, flags: {} }, promotion, place).settings
    : undefined;
  const configuration = settings && plainConfiguration(promotion, place, settings);
  return {
    compared: configuration !== undefined,
    request: {
      place,
      repository: repositoryOf(io, args, promotion, place.service),
      configuration: configuration ?? asItRuns(running),
      pin: settings && pinIn(settings),
      hold: settings && holdIn(settings),
      requester: requesterOf(io.environment ?? process.env),
      change: settings && textIn(settings, "change"),
    },
  };
}

function plainConfiguration(
  promotion: Promotion,
  place: Place,
  settings: SettingsFile,
): Configuration | undefined {
  if (hasSecrets(settings)) return undefined;
  const { service } = findPlace(promotion, place);
  return configurationOf(loadService(service.path), objectIn(settings, "config"), {}, "");
}

function asItRuns(running: DeploymentEntry | undefined): Configuration {
  const { config = "", manifests = "", settings = {}, secrets = {} } = running?.record ?? {};
  return { config, manifests, settings, secrets };
}
