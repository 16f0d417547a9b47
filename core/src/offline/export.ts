import { basename } from "node:path";
import { formatReference, type PinnedReference } from "../image";
import type { Registry, Waiting } from "../registry";
import type { Trust } from "../trust";
import { type ExportFile, writeFile } from "./file";
import { type FoundPiece, gather } from "./gather";
import { type Inquiry, judge, type Judgement } from "./judge";
import { fetchManifests, toManifestRecords } from "./manifests";
import { recordOf } from "./record";

export interface Exported extends ExportFile {
  readonly judgement: Judgement;
}

/** Everything that is known about an image, in one file that verifies with no network, years later too (E8). */
export async function exportEvidence(
  registry: Registry,
  image: PinnedReference,
  inquiry: Inquiry,
  trust: Trust,
  waiting: Waiting = {},
): Promise<Exported> {
  const [gathered, manifests] = await Promise.all([
    gather(registry, image, waiting),
    fetchManifests(registry, image, waiting),
  ]);
  const pieces = [...gathered.pieces].sort(bySource);
  const judgement = judge({ ...gathered, pieces }, inquiry, trust);
  const file = writeFile(formatReference(image), {
    mediaType: "application/vnd.waybill.evidence-export.v1+json",
    manifests: toManifestRecords(manifests),
    evidence: pieces.map(({ source, referrer, attached, bytes }) => ({
      source,
      referrer,
      attached: attached?.toISOString() ?? null,
      bundle: Buffer.from(bytes).toString("base64"),
    })),
    trust: { file: basename(trust.file), hash: trust.hash, document: trust.document },
    judgement: recordOf(image, judgement, trust),
  });
  return { ...file, judgement };
}

/** Registries list in any order. */
function bySource({ source: one }: FoundPiece, { source: other }: FoundPiece): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
