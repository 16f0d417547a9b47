import type { DeploymentEntry, History } from "../history";

/** A record in the wrong history proves nothing (PRO-005). */
export function recordsOf({ deployments, place }: History): readonly DeploymentEntry[] {
  return deployments.filter(
    ({ record }) =>
      record.service === place.service &&
      record.environment === place.environment &&
      record.target === (place.target ?? null),
  );
}

/** Those that prove something: a revoked one is only there because others name it. */
export function countingIn(history: History): readonly DeploymentEntry[] {
  return recordsOf(history).filter(({ revoked }) => revoked === undefined);
}

/** The record by which something runs now; none where the last one was revoked, or says that it was removed. */
export function inForce({ head }: History): DeploymentEntry | undefined {
  return head?.revoked !== undefined || head?.record.kind === "removed" ? undefined : head;
}

/** What a place runs, in words. */
export function runsIn({ head }: History): string {
  if (head?.revoked !== undefined)
    return `that its record of ${head.record.image.digest} was ${head.revoked}`;
  return `that it runs ${head === undefined || head.record.kind === "removed" ? "nothing" : head.record.image.digest}`;
}

interface Where {
  readonly environment: string;
  readonly target?: string | null | undefined;
}

export function whereOf({ environment, target }: Where): string {
  return target === undefined || target === null ? environment : `${environment}/${target}`;
}
