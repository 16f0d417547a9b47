import type { Answer } from "@waybill/core/audit";
import { type History, lapsed, readHistory } from "@waybill/core/history";
import { isPinned, parseReference } from "@waybill/core/image";
import { externalAt, type Place, type Promotion, rulesFor } from "@waybill/core/promotion";
import { type Registry, RegistryError } from "@waybill/core/registry";
import { placesIn } from "../estate/places";
import type { Decided } from "./ask";

/** Whether an image was built, decided or deployed in some place of promotion.yaml, by the signed histories in its repository. */
export function decidedBy(promotion: Promotion, registry: Registry, now: Date): Decided {
  const external = externalAt(promotion, now).map(({ repository }) => repository);
  const histories = new Map<string, Promise<readonly History[]>>();
  const read = (repository: string): Promise<readonly History[]> => {
    const known = histories.get(repository) ?? readAll(promotion, registry, repository, now);
    histories.set(repository, known);
    return known;
  };
  return async (image): Promise<Answer> => {
    const { registry: host, repository: path, digest, ...rest } = parseReference(image);
    const repository = `${host}/${path}`;
    if (!isPinned({ ...rest, registry: host, repository: path, digest })) return "not asked";
    if (external.includes(repository)) return "not asked";
    try {
      return (await read(repository)).some((history) => lets(history, digest ?? "", now)) ? "yes" : "no";
    } catch (error) {
      if (error instanceof RegistryError) return "unknown";
      throw error;
    }
  };
}

function readAll(
  promotion: Promotion,
  registry: Registry,
  repository: string,
  now: Date,
): Promise<readonly History[]> {
  const places = promotion.services
    .flatMap(({ name }) => placesIn(promotion, name))
    .filter((place) => mayBeFrom(promotion, place, repository));
  return Promise.all(places.map((place) => readHistory(registry, repository, place, promotion.trust, now)));
}

function mayBeFrom(promotion: Promotion, place: Place, repository: string): boolean {
  return [null, repository].includes(rulesFor(promotion, place).repository);
}

function lets({ deployments, decisions }: History, digest: string, now: Date): boolean {
  return (
    deployments.some(({ record, revoked }) => revoked === undefined && record.image.digest === digest) ||
    decisions.some(({ record }) => record.digest === digest && !lapsed(record, now))
  );
}
