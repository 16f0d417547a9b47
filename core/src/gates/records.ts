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

interface Where {
  readonly environment: string;
  readonly target?: string | null | undefined;
}

export function whereOf({ environment, target }: Where): string {
  return target === undefined || target === null ? environment : `${environment}/${target}`;
}
