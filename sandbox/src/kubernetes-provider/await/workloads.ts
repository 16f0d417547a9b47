import { numberAt, textAt } from "../object";
import { whyPodWaits, whyPodsWait } from "./pods";
import { conditionOf, failedCreates, isObserved, isTrue, type Assess, type Look } from "./readiness";
import type { KubeObject } from "../object";

export const statefulSet: Assess = async (live, look) => {
  if (!isObserved(live)) return { message: "waiting for the stateful set controller" };
  const wanted = numberAt(live, "spec", "replicas") ?? 1;
  const count = (key: string) => numberAt(live, "status", key) ?? 0;
  const byHand = textAt(live, "spec", "updateStrategy", "type") === "OnDelete";
  const partition = numberAt(live, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
  const toUpdate = byHand ? 0 : Math.max(wanted - partition, 0);
  // A set that never changed has no update under way and counts no updated replicas.
  const unchanged = textAt(live, "status", "updateRevision") === textAt(live, "status", "currentRevision");
  const updated = unchanged ? wanted : count("updatedReplicas");
  if (updated >= toUpdate && count("availableReplicas") >= wanted) return undefined;
  const message = `${count("availableReplicas")} of ${wanted} replicas available, ${updated} of ${toUpdate} up to date`;
  return { message, reasons: await reasons(live, look) };
};

export const daemonSet: Assess = async (live, look) => {
  if (!isObserved(live)) return { message: "waiting for the daemon set controller" };
  const count = (key: string) => numberAt(live, "status", key) ?? 0;
  const wanted = count("desiredNumberScheduled");
  const byHand = textAt(live, "spec", "updateStrategy", "type") === "OnDelete";
  const updated = byHand ? wanted : count("updatedNumberScheduled");
  if (updated >= wanted && count("numberAvailable") >= wanted) return undefined;
  const message = `${count("numberAvailable")} of ${wanted} pods available, ${updated} up to date`;
  return { message, reasons: await reasons(live, look) };
};

export const job: Assess = async (live, look) => {
  if (isTrue(live, "Complete") || isTrue(live, "Suspended")) return undefined;
  const count = (key: string) => numberAt(live, "status", key) ?? 0;
  const message = `${count("succeeded")} of ${numberAt(live, "spec", "completions") ?? 1} pods succeeded`;
  const why = await reasons(live, look);
  if (!isTrue(live, "Failed")) return { message, reasons: why };
  const condition = conditionOf(live, "Failed");
  const verdict = [textAt(condition, "reason"), textAt(condition, "message")].filter(Boolean).join(": ");
  return { message: `${message}, ${count("failed")} failed`, reasons: [verdict, ...why], failed: true };
};

export const pod: Assess = async (live, look) => {
  const phase = textAt(live, "status", "phase") ?? "Pending";
  if (isTrue(live, "Ready") || phase === "Succeeded") return undefined;
  return {
    message: `pod is ${phase}, not ready`,
    reasons: await whyPodWaits(live, look),
    failed: phase === "Failed",
  };
};

async function reasons(owner: KubeObject, look: Look): Promise<readonly string[]> {
  return [...(await failedCreates(owner, look)), ...(await whyPodsWait(owner, look))];
}
