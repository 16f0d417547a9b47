import type { DeploymentEntry, History } from "@waybill/core/history";
import { describePlace } from "@waybill/core/release";
import { shownTime } from "../time";
import { plain } from "../words";

export function showHistory({ place, deployments, forks }: History, limit: number): string {
  const shown = newest(deployments, limit);
  const older = deployments.length - shown.length;
  const width = String(deployments.length - 1).length;
  const lines = [
    describePlace(place),
    ...(deployments.length === 0 ? ["  nothing was ever deployed there"] : []),
    ...(older > 0 ? [`  ${older} older`] : []),
    ...shown.flatMap((entry) => showEntry(entry, width)),
    ...(forks.length > 0 ? ["  beside the history, counting for nothing:"] : []),
    ...forks.flatMap((entry) => showEntry(entry, width)),
  ];
  return `${lines.join("\n")}\n`;
}

/** Tag and digest, whole. */
export function showEntry({ record, time, revoked }: DeploymentEntry, width = 1): string[] {
  const { number, kind, image, from, decision, by, change, finishedOn } = record;
  const indent = " ".repeat(width + 4);
  const origin = from ? `from ${from.digest} (${plain(from.tag)})` : "from nothing";
  const told = [
    kind === "removed" ? "" : origin,
    by === null ? "" : `by ${plain(by)}`,
    decision === null ? "" : `decision ${decision}`,
    change === null ? "" : `change ${plain(change)}`,
  ].filter((part) => part !== "");
  return [
    `  ${String(number).padStart(width)}  ${shownTime(time, finishedOn)}  ${kind}  ${image.digest} (${plain(image.tag)})`,
    ...(told.length > 0 ? [`${indent}${told.join("; ")}`] : []),
    ...(revoked === undefined ? [] : [`${indent}REVOKED: ${plain(revoked)}`]),
  ];
}

export function historyJson(histories: readonly History[], limit: number): object {
  const [first] = histories;
  return {
    service: first?.place.service ?? null,
    environment: first?.place.environment ?? null,
    places: histories.map(({ place, deployments, forks }) => ({
      target: place.target ?? null,
      deployments: newest(deployments, limit).map(entryJson),
      forks: forks.map(entryJson),
    })),
  };
}

export function entryJson({ id, record, time, signer, revoked }: DeploymentEntry): object {
  const { number, kind, image, from, decision, by, change, finishedOn, config } = record;
  return {
    id,
    number,
    time: time?.toISOString() ?? null,
    said: finishedOn,
    kind,
    digest: image.digest,
    tag: image.tag,
    repository: image.repository,
    commit: image.commit,
    from,
    decision,
    by,
    change,
    config,
    signer: { issuer: signer.issuer ?? null, identity: signer.identity },
    revoked: revoked ?? null,
  };
}

function newest<Entry>(entries: readonly Entry[], limit: number): readonly Entry[] {
  return entries.slice(Math.max(0, entries.length - limit));
}
