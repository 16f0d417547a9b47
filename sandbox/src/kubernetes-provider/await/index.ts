import type { Operation } from "@waybill/provider";
import { getObject } from "../apply";
import type { ApiKind } from "../discovery";
import type { Gvk } from "../kind";
import { annotationOf, listAt, nameOf, namespaceOf, objectAt, type KubeObject } from "../object";
import type { Session } from "../session";
import { deployment } from "./deployment";
import { customResourceDefinition, service } from "./others";
import type { Assess, Look, Waiting } from "./readiness";
import { daemonSet, job, pod, statefulSet } from "./workloads";

const assessors: Readonly<Record<string, Assess>> = {
  "apps/Deployment": deployment,
  "apps/StatefulSet": statefulSet,
  "apps/DaemonSet": daemonSet,
  "batch/Job": job,
  "/Pod": pod,
  "/Service": service,
  "apiextensions.k8s.io/CustomResourceDefinition": customResourceDefinition,
};

/** Between two looks: quick at first, so that what is quick stays quick. */
const firstPause = 150;
const longestPause = 1_000;

export interface Awaited {
  readonly live: KubeObject;
  /** Empty when the object is ready. */
  readonly reasons: readonly string[];
}

/** The user's customTimeouts, else the annotation, else ten minutes, as the official provider has it. */
export function timeoutOf(object: KubeObject, timeout: number | undefined): number {
  return timeout ?? (Number(annotationOf(object, "pulumi.com/timeoutSeconds")) || 600);
}

export function isAwaited(object: KubeObject): boolean {
  return annotationOf(object, "pulumi.com/skipAwait") !== "true";
}

/** One look, for a refresh. */
export async function assess(
  session: Session,
  gvk: Gvk,
  live: KubeObject,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const waiting = await assessors[`${gvk.group}/${gvk.kind}`]?.(live, lookFor(session, live, signal));
  return waiting === undefined ? [] : tell(waiting.message, waiting);
}

/** Waits until the object is ready, fails, runs out of time or is cancelled; never throws, for the object exists. */
export async function awaitReady(
  session: Session,
  { gvk, api, inputs, timeout }: { gvk: Gvk; api: ApiKind; inputs: KubeObject; timeout: number | undefined },
  applied: KubeObject,
  operation: Operation,
): Promise<Awaited> {
  const assessor = assessors[`${gvk.group}/${gvk.kind}`];
  if (assessor === undefined || !isAwaited(inputs)) return { live: applied, reasons: [] };
  const seconds = timeoutOf(inputs, timeout);
  let live = applied;
  try {
    for await (const seen of looks(session, api, applied, operation.signal)) {
      if (seen === undefined) return { live, reasons: ["it was deleted while it was waited for"] };
      live = seen.object;
      const waiting = await assessor(live, lookFor(session, live, operation.signal));
      if (waiting === undefined) return { live, reasons: [] };
      if (waiting.failed) return { live, reasons: tell(waiting.message, waiting) };
      if (seen.waited >= seconds * 1_000) {
        return { live, reasons: tell(`not ready after ${seconds} s: ${waiting.message}`, waiting) };
      }
      operation.progress([waiting.message, ...(waiting.reasons ?? []).slice(0, 1)].join("; "));
    }
  } catch (error) {
    return { live, reasons: [whyCutOff(error, operation.signal)] };
  }
  return { live, reasons: [] };
}

async function* looks(session: Session, api: ApiKind, applied: KubeObject, signal: AbortSignal) {
  const start = session.clock.now();
  let object: KubeObject | undefined = applied;
  for (let pause = firstPause; object !== undefined; pause = Math.min(pause * 1.5, longestPause)) {
    yield { object, waited: session.clock.now() - start };
    await session.clock.sleep(pause, signal);
    object = await getObject(session, api, namespaceOf(applied), nameOf(applied), signal);
  }
  yield undefined;
}

function lookFor(session: Session, live: KubeObject, signal: AbortSignal): Look {
  return {
    namespace: namespaceOf(live) ?? "default",
    list: async (path, query = {}) => {
      const { object } = await session.client.send({ method: "GET", path, query }, signal);
      return listAt(object, "items").map((item) => objectAt(item));
    },
  };
}

function tell(message: string, { reasons = [] }: Waiting): readonly string[] {
  return [message, ...reasons];
}

function whyCutOff(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return `the wait was cut off: ${String(signal.reason)}`;
  return `the wait was cut off: ${error instanceof Error ? error.message : String(error)}`;
}
