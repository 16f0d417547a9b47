import { readFileSync } from "node:fs";
import { readDecision, readDeployment } from "@waybill/core/history";
import type { PinnedReference } from "@waybill/core/image";
import { judgeExport, readExport } from "@waybill/core/offline";
import type { Place, Promotion } from "@waybill/core/promotion";
import { describePlace } from "@waybill/core/release";
import { type Answer, no, YES } from "./answer";

interface Asked {
  readonly promotion: Promotion;
  readonly place: Place;
  readonly image: PinnedReference;
  readonly config: string;
  readonly now: Date;
}

/** While the registry does not answer, what runs here can go on by its own signed records in a file (E8). Nothing new enters by it. */
export function askExport(file: string, { promotion, place, image, config, now }: Asked): Answer {
  const { report } = judgeExport(readExport(file, read(file)), promotion.trust, now);
  const decisions = report.claims.flatMap((claim) => readDecision(claim, place) ?? []);
  const ran = report.claims
    .flatMap((claim) => readDeployment(claim, place) ?? [])
    .some(
      ({ record }) =>
        record.kind !== "removed" &&
        record.image.digest === image.digest &&
        record.image.repository === `${image.registry}/${image.repository}` &&
        record.config === config &&
        decisions.some(({ id }) => id === record.decision),
    );
  if (ran && report.blocks.length === 0) return YES;
  return no(
    `signed records in ${file} that it runs as ${describePlace(place)} with these settings`,
    report.blocks.length > 0 ? "a block" : "none",
    "Wait until the registry answers.",
  );
}

/** A file that cannot be read holds nothing. */
function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch {
    return new Uint8Array();
  }
}
