import * as pulumi from "@pulumi/pulumi";
import { diffText, lookAtDifference } from "@waybill/core/diff";
import type { Registry } from "@waybill/core/registry";
import type { Plan, Survey } from "@waybill/core/release";

/** Says what is planned, in preview and in update alike: what is wrong first, then why it waits or what changes. */
export async function tell(survey: Survey, decided: Plan, registry: Registry, folder: string): Promise<void> {
  for (const note of decided.notes) await pulumi.log.warn(note);
  if (decided.action === "build") return;
  if (decided.waiting !== null) await pulumi.log.warn(decided.waiting);
  if (decided.action !== "run" || !decided.moves) return;
  const difference = await lookAtDifference(registry, survey, folder);
  if (difference) await pulumi.log.info(diffText(difference));
}
