import * as pulumi from "@pulumi/pulumi";
import { diffText, lookAtDifference } from "@waybill/core/diff";
import type { Registry } from "@waybill/core/registry";
import type { Plan, Survey } from "@waybill/core/release";

/** Says what is planned, in preview and in update alike: what is wrong first, then why it waits or what changes. */
export async function tell(survey: Survey, decided: Plan, registry: Registry, folder: string): Promise<void> {
  for (const note of decided.notes) await pulumi.log.warn(note);
  if (decided.action === "build") return;
  if (decided.waiting !== null) await pulumi.log.warn(decided.waiting);
  const moves = decided.action === "run" && decided.moves;
  const difference = moves ? await lookAtDifference(registry, survey, folder) : undefined;
  if (difference) return pulumi.log.info(diffText(difference));
  // Who approves what waits, and cannot decrypt its secrets, needs to know it from here.
  if (decided.waiting !== null)
    await pulumi.log.info(`settings  ${survey.configuration.config} (--config-hash)`);
}
