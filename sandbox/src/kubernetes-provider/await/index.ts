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

/** What is waited for, and how. */
export interface Awaiting {
  readonly gvk: Gvk;
  readonly api: ApiKind;
  readonly inputs: KubeObject;
  readonly timeout: number | undefined;
}
interface Seen {
  live: KubeObject;
  waiting: Waiting | undefined;
}

/** Waits until the object is ready, fails, runs out of time or is cancelled; never throws, for the object exists. */
export async function awaitReady(
  session: Session,
  awaiting: Awaiting,
  applied: KubeObject,
  operation: Operation,
): Promise<Awaited> {
  const { gvk, inputs } = awaiting;
  const assessor = assessors[`${gvk.group}/${gvk.kind}`];
  if (assessor === undefined || !isAwaited(inputs)) return { live: applied, reasons: [] };
  const seen: Seen = { live: applied, waiting: undefined };
  try {
    const reasons = await untilReady(session, awaiting, assessor, seen, operation);
    return { live: seen.live, reasons };
  } catch (error) {
    const last = seen.waiting ?? { message: "not looked at yet" };
    return {
      live: seen.live,
      reasons: tell(`${last.message}, when ${whatCutOff(error, operation.signal)}`, last),
    };
  }
}

async function untilReady(
  session: Session,
  { api, inputs, timeout }: Awaiting,
  assessor: Assess,
  seen: Seen,
  operation: Operation,
): Promise<readonly string[]> {
  const { signal } = operation;
  const seconds = timeoutOf(inputs, timeout);
  const deadline = session.clock.now() + seconds * 1_000;
  for (let pause = firstPause; ; pause = Math.min(pause * 1.5, longestPause)) {
    const waiting = (seen.waiting = await assessor(seen.live, lookFor(session, seen.live, signal)));
    if (waiting === undefined) return [];
    if (waiting.failed) return tell(waiting.message, waiting);
    if (session.clock.now() >= deadline)
      return tell(`not ready after ${seconds} s: ${waiting.message}`, waiting);
    operation.progress([waiting.message, ...(waiting.reasons ?? []).slice(0, 1)].join("; "));
    await session.clock.sleep(pause, signal);
    const live = await getObject(session, api, namespaceOf(seen.live), nameOf(seen.live), signal);
    if (live === undefined) return ["it was deleted while it was waited for"];
    seen.live = live;
  }
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

function whatCutOff(error: unknown, signal: AbortSignal): string {
  const cause: unknown = signal.aborted ? signal.reason : error;
  return cause instanceof Error ? cause.message : String(cause);
}
