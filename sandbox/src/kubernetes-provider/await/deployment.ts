import { valueAt } from "@waybill/provider";
import { annotationOf, listAt, numberAt, textAt, uidOf, type KubeObject } from "../object";
import { whyPodsWait } from "./pods";
import { conditionOf, isObserved, ownedBy, type Assess, type Look, type Waiting } from "./readiness";

const revision = "deployment.kubernetes.io/revision";

/** As `kubectl rollout status`: all replicas are of the new kind, none of the old is left, all are available. */
export const deployment: Assess = async (live, look) => {
  if (!isObserved(live)) return { message: "waiting for the deployment controller" };
  if (valueAt(live, ["spec", "paused"]) === true) return undefined;
  const wanted = numberAt(live, "spec", "replicas") ?? 1;
  const count = (key: string) => numberAt(live, "status", key) ?? 0;
  const [all, updated, available] = [count("replicas"), count("updatedReplicas"), count("availableReplicas")];
  if (updated >= wanted && all <= updated && available >= updated) return undefined;
  const message = `${updated} of ${wanted} replicas updated, ${available} available, ${all - updated} old`;
  return { ...deadline(live, message), reasons: await reasons(live, look) };
};

function deadline(live: KubeObject, message: string): Waiting {
  const progressing = conditionOf(live, "Progressing");
  if (textAt(progressing, "reason") !== "ProgressDeadlineExceeded") return { message };
  const seconds = numberAt(live, "spec", "progressDeadlineSeconds") ?? 600;
  return { message: `${message}, no progress for ${seconds} s (progressDeadlineSeconds)`, failed: true };
}

async function reasons(live: KubeObject, look: Look): Promise<readonly string[]> {
  const replicaSets = await look.list(`/apis/apps/v1/namespaces/${look.namespace}/replicasets`);
  const current = replicaSets
    .filter(ownedBy(uidOf(live)))
    .find((one) => annotationOf(one, revision) === annotationOf(live, revision));
  if (current === undefined) return [];
  // Pods that admission refused exist nowhere but in this condition.
  const refusals = listAt(current, "status", "conditions")
    .filter((one) => textAt(one, "type") === "ReplicaFailure" && textAt(one, "status") === "True")
    .map((one) => textAt(one, "message") ?? "pods could not be created");
  return [...refusals, ...(await whyPodsWait(current, look))];
}
