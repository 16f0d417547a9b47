import { describeVerdicts } from "@waybill/core/gates";
import type { DecisionEntry, DeploymentEntry } from "@waybill/core/history";
import { formatReference } from "@waybill/core/image";
import { describePlace } from "@waybill/core/release";
import { entryJson } from "../estate/history";
import { shownTime } from "../time";
import { showEvidence } from "../verify/show";
import { plain } from "../words";
import type { Explanation, Stay } from "./explain";

export function showExplanation({ home, judgement, stays }: Explanation): string {
  const { entries, report } = judgement;
  const image = stays.flatMap(({ deployments }) => deployments.map(({ record }) => record.image))[0];
  const author = image?.author ?? null;
  const origin = image
    ? [
        `  tag     ${plain(image.tag)}`,
        `  commit  ${image.commit}${author === null ? "" : ` by ${plain(author)}`}`,
        `  built   in ${plain(image.run)}${image.dirty ? ", from uncommitted files" : ""}`,
      ]
    : ["  it was never deployed"];
  const evidence =
    entries.length === 0 ? ["nothing is attached to it"] : [showEvidence(entries, "with ids").trimEnd()];
  return [
    ...report.blocks.map(({ reason, by }) => `BLOCKED by ${plain(by)}: ${plain(reason)}`),
    `${formatReference(home.image)}, ${home.service}`,
    ...origin,
    "",
    ...stays.flatMap(showStay),
    "",
    ...evidence,
    "",
  ].join("\n");
}

function showStay({ history, deployments, decisions, runs, next }: Stay): string[] {
  const place = describePlace(history.place);
  if (deployments.length === 0 && decisions.length === 0)
    return [`${place}: never${next ? `; ${waiting(next.waiting)}` : ""}`];
  const spans = deployments
    .filter(({ record }) => record.kind !== "removed")
    .map(
      (entry) =>
        `  ${entry.record.kind} ${timeOf(entry)}${leftOn(history.deployments, entry)}${revokedBy(entry)}`,
    );
  return [
    `${place}: ${runs ? "runs it now" : `does not run it now${next ? `; to enter again: ${waiting(next.waiting)}` : ""}`}`,
    ...spans,
    ...decisions.flatMap(showDecision),
  ];
}

function showDecision({ id, time, record }: DecisionEntry): string[] {
  const { by, change, decidedOn, verdicts, policy } = record;
  const who = by === null ? "" : ` for ${plain(by)}`;
  const linked = change === null ? "" : `, change ${plain(change)}`;
  return [
    `  decided ${shownTime(time, decidedOn)}${who}${linked}: ${id}, by the rules ${policy}`,
    `    ${describeVerdicts(verdicts).trimEnd().replaceAll("\n", "\n    ")}`,
    ...verdicts
      .filter(({ evidence }) => evidence.length > 0)
      .map(({ gate, evidence }) => `    evidence for ${gate}: ${evidence.join(", ")}`),
  ];
}

/** When something else took its place. */
function leftOn(deployments: readonly DeploymentEntry[], entry: DeploymentEntry): string {
  const after = deployments[deployments.indexOf(entry) + 1];
  if (!after) return "";
  const { kind, image } = after.record;
  return kind === "removed"
    ? `, removed ${timeOf(after)}`
    : `, until ${timeOf(after)}${image.digest === entry.record.image.digest ? ` (${kind})` : `, replaced by ${image.digest}`}`;
}

function revokedBy({ revoked }: DeploymentEntry): string {
  return revoked === undefined ? "" : `; REVOKED: ${plain(revoked)}`;
}

function timeOf({ time, record }: DeploymentEntry): string {
  return shownTime(time, record.finishedOn);
}

function waiting(text: string): string {
  return text.trimEnd().replaceAll("\n", "\n    ");
}

export function explanationJson({ home, judgement, stays, evidence }: Explanation): object {
  const { report } = judgement;
  return {
    service: home.service,
    image: formatReference(home.image),
    blocks: report.blocks.map(({ reason, by, at }) => ({ reason, by, at: at.toISOString() })),
    places: stays.map(({ history: { place }, deployments, decisions, runs, next }) => ({
      environment: place.environment,
      target: place.target ?? null,
      runs,
      deployments: deployments.map(entryJson),
      decisions: decisions.map(({ id, time, signer, record }) => ({
        id,
        time: time?.toISOString() ?? null,
        signer: { issuer: signer.issuer ?? null, identity: signer.identity },
        ...record,
      })),
      next: next ?? null,
    })),
    evidence,
  };
}
