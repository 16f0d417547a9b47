import {
  EvidenceError,
  type PredicateSchemas,
  type Question,
  type Report,
  standardPredicates,
  verifyEvidence,
} from "../evidence";
import { formatReference, type PinnedReference } from "../image";
import type { Registry, Waiting } from "../registry";
import type { Trust } from "../trust";
import { collect, type Collection } from "./collect";

/** The rest of the question is in the image: digest and registry. */
export interface Asked extends Pick<Question, "environment" | "now">, Waiting {
  readonly schemas?: PredicateSchemas;
}

/** What an image can prove under a trust policy. A registry that does not answer is a `RegistryError`, never a "no". */
export async function prove(
  registry: Registry,
  image: PinnedReference,
  { environment, now, schemas = standardPredicates, ...waiting }: Asked,
  trust: Trust,
): Promise<Report> {
  const { pieces, refused } = await collectOrRefuse(registry, image, waiting);
  const question = { digest: image.digest, registry: image.registry, environment, now };
  const report = verifyEvidence(question, pieces, trust, schemas);
  return { ...report, refused: [...refused, ...report.refused] };
}

/** Evidence without end is no evidence (GHSA-vfp6-jrw2-99g9): it is refused, and what blocks the image still holds. */
export async function collectOrRefuse(
  registry: Registry,
  image: PinnedReference,
  waiting: Waiting,
): Promise<Collection> {
  try {
    return await collect(registry, image, waiting);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return { pieces: [], refused: [{ source: formatReference(image), predicateType: undefined, error }] };
  }
}
