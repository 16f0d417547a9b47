import type { Value } from "@waybill/provider";
import { listAt, nameOf, numberAt, objectAt, textAt, uidOf, type KubeObject } from "../object";
import { conditionOf, isTrue, ownedBy, warningEvents, type Look } from "./readiness";

/** Several pods of one workload usually fail alike. */
const enough = 3;

/** Why the pods of a workload are not ready, one line each. */
export async function whyPodsWait(owner: KubeObject, look: Look): Promise<readonly string[]> {
  const pods = await look.list(`/api/v1/namespaces/${look.namespace}/pods`);
  const waiting = pods.filter(ownedBy(uidOf(owner))).filter((pod) => !isTrue(pod, "Ready"));
  const reasons = await Promise.all(waiting.slice(0, enough).map((pod) => whyPodWaits(pod, look)));
  return reasons.flat();
}

export async function whyPodWaits(pod: KubeObject, look: Look): Promise<readonly string[]> {
  const scheduled = conditionOf(pod, "PodScheduled");
  if (textAt(scheduled, "status") === "False")
    return [line(pod, textAt(scheduled, "message") ?? "not scheduled")];
  const statuses = [
    ...listAt(pod, "status", "initContainerStatuses"),
    ...listAt(pod, "status", "containerStatuses"),
  ];
  const reasons = statuses.flatMap((status) => whyContainerWaits(status)).map((reason) => line(pod, reason));
  const phase = [textAt(pod, "status", "reason"), textAt(pod, "status", "message")]
    .filter(Boolean)
    .join(": ");
  if (reasons.length > 0 || phase !== "") return phase === "" ? reasons : [line(pod, phase), ...reasons];
  const events = await warningEvents(uidOf(pod), look);
  const obstacles = events.filter((event) => textAt(event, "reason") !== "MissingClusterDNS");
  return obstacles.slice(-1).map((event) => line(pod, textAt(event, "message") ?? "unhealthy"));
}

function whyContainerWaits(status: Value): readonly string[] {
  const name = textAt(status, "name") ?? "";
  const waiting = objectAt(status, "state", "waiting");
  const last = ended(objectAt(status, "lastState", "terminated"));
  const reason = textAt(waiting, "reason");
  // These two are only steps on the way.
  if (reason !== undefined && reason !== "ContainerCreating" && reason !== "PodInitializing") {
    const message = textAt(waiting, "message");
    return [[`container ${name}: ${reason}`, message, last].filter(Boolean).join(": ")];
  }
  const now = ended(objectAt(status, "state", "terminated"));
  if (now !== undefined) return [`container ${name}: ${now}`];
  return last === undefined ? [] : [`container ${name} was restarted: ${last}`];
}

function ended(terminated: Value): string | undefined {
  const code = numberAt(terminated, "exitCode");
  if (code === undefined || code === 0) return undefined;
  const why = [textAt(terminated, "reason"), textAt(terminated, "message")?.trim()]
    .filter(Boolean)
    .join(", ");
  return `ended with exit code ${code}${why === "" ? "" : ` (${why})`}`;
}

function line(pod: KubeObject, reason: string): string {
  return `Pod ${nameOf(pod)}: ${reason}`;
}
