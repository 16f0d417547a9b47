import { dirname, resolve } from "node:path";
import { findMistakes, invalid, readText, readYaml } from "../schema";
import { filesBeside, parseTrust, parseTrustDocument, type ReadFile, type Trust } from "../trust";
import { crossCheck } from "./checks";
import type { EnvironmentEntry, PromotionDocument } from "./document";
import type { Environment, Level, Promotion } from "./promotion";
import { hasTierGates, isLast } from "./resolve";
import { promotionSchema } from "./schema";

export function loadPromotion(file: string): Promotion {
  return parsePromotion(file, readText(file));
}

/** All mistakes are told at once, each with its line. `read` gives the text of a file that the trust policy in it names. */
export function parsePromotion(file: string, text: string, read: ReadFile = filesBeside(file)): Promotion {
  const { value, line } = readYaml(file, text);
  const wrongShape = findMistakes(value, promotionSchema);
  const mistakes = [...wrongShape, ...crossCheck(value, wrongShape)];
  if (mistakes.length > 0) throw invalid(file, mistakes, line);
  return toPromotion(file, value as PromotionDocument, read);
}

/** The trust policy of a promotion file, or a trust policy that is a file of its own. */
export function loadTrustOf(file: string): Trust {
  const text = readText(file);
  const { value } = readYaml(file, text);
  const isPromotion =
    typeof value === "object" && value !== null && ("environments" in value || "trust" in value);
  return isPromotion ? parsePromotion(file, text).trust : parseTrust(file, text, filesBeside(file));
}

function toPromotion(file: string, document: PromotionDocument, read: ReadFile): Promotion {
  const { environments, services } = document;
  return {
    file,
    owner: document.owner,
    nextReview: new Date(document.nextReview),
    environments: environments.map((environment, index) => toEnvironment(environments, environment, index)),
    services: Object.entries(services).map(([name, service]) => ({
      name,
      path: resolve(dirname(file), service.path),
      stack: service.stack ?? `${name}-{environment}`,
      tier: service.tier,
      repository: service.repository,
      provenance: service.provenance,
    })),
    registries: document.registries,
    external: (document.external ?? []).map((entry) => ({ ...entry, expires: new Date(entry.expires) })),
    imagePaths: document.imagePaths ?? [],
    trust: parseTrustDocument(file, { version: 1, ...document.trust }, read),
    document,
  };
}

function toEnvironment(
  all: readonly EnvironmentEntry[],
  entry: EnvironmentEntry,
  index: number,
): Environment {
  const { name, targets, pin, blocked = "keep", tag, admission, levels = {}, cluster = {} } = entry;
  const { deployers = [], rollback = [], viewers = [] } = cluster;
  return {
    name,
    builds: index === 0,
    targets: targets?.map((target) => target.name) ?? [undefined],
    pin: pin ?? (isLast(all, index) ? "required" : "optional"),
    tierGates: hasTierGates(all, index),
    blocked,
    tag,
    admission: admission ?? (index === 0 ? "audit" : "refuse"),
    levels: Object.fromEntries(Object.entries(levels).map(([rule, level]) => [rule, toLevel(level)])),
    cluster: { deployers, rollback, viewers },
  };
}

function toLevel(level: "off" | "refuse" | { warnUntil: string }): Level {
  return typeof level === "string" ? level : { warnUntil: new Date(level.warnUntil) };
}
