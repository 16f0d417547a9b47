import type { DeploymentEntry } from "../history";
import type { Gate } from "../promotion";
import { no, yes } from "./answer";
import { coverIncidents } from "./incidents";
import { recordsOf, runsIn, whereOf } from "./records";
import { attestStep } from "./steps";
import type { Answer, Facts } from "./types";
import { moment, span } from "./words";

type SoakGate = Extract<Gate, { kind: "soak" }>;

interface Since {
  readonly start: Date;
  readonly id: string;
}

/** It ran in each target of the environment before, without a break and without an incident, for this long. */
export function judgeSoak(facts: Facts, gate: SoakGate): Answer {
  const begun = facts.upstream.map((one) => beginOf(facts, one));
  const broken = begun.filter((one): one is Answer => "pass" in one);
  const [first] = broken;
  if (first) return no(broken.map(({ reason }) => reason).join("; "), first.next);
  const since = begun.filter((one): one is Since => "start" in one);
  const [one] = facts.upstream;
  if (!one)
    return no(
      "expected an environment before this one, found none",
      "Remove the soak gate of the first environment.",
    );
  const { environment } = one.history.place;
  const reports = attestStep(
    facts,
    "incidents",
    `--report FILE --service ${facts.place.service} --environment ${environment}`,
  );
  const ids = since.map(({ id }) => id);
  const start = Math.max(...since.map((each) => Number(each.start)));
  if (gate.incidents === null) return ripe(facts, gate, start, `in ${environment}, time only`, ids);
  const found = coverIncidents(facts, { ...gate, source: gate.incidents, environment, start });
  if ("open" in found) {
    return no(found.open, reports, ids);
  }
  const what = `in ${environment} without an incident (${gate.incidents})`;
  const answer = ripe(facts, gate, found.start, what, [...ids, ...found.evidence]);
  if (!answer.pass || found.uncovered === undefined) return answer;
  return no(found.uncovered, reports, ids);
}

function ripe(
  { now }: Facts,
  { time }: SoakGate,
  start: number,
  what: string,
  evidence: readonly string[],
): Answer {
  const elapsed = Number(now) - start;
  if (elapsed >= time) return yes(`${span(elapsed)} ${what}, since ${moment(start)}`, evidence);
  return no(
    `expected ${span(time)} ${what}, found ${span(elapsed)} since ${moment(start)}`,
    `wait until ${moment(start + time)}`,
    evidence,
  );
}

/** When the digest came in for the last time: after another one, after it was removed, or after a record that was revoked (PRO-022). */
function beginOf(facts: Facts, { stack, history }: Facts["upstream"][number]): Since | Answer {
  const { image, now } = facts;
  const where = whereOf(history.place);
  let begin: DeploymentEntry | undefined;
  for (const entry of recordsOf(history)) {
    const { record, revoked } = entry;
    if (revoked !== undefined || record.kind === "removed" || record.image.digest !== image.digest)
      begin = undefined;
    else begin ??= entry;
  }
  if (!begin) {
    return no(
      `expected ${where} to run ${image.digest}, found ${runsIn(history)}`,
      `pulumi up --stack ${stack}`,
    );
  }
  if (!begin.time) {
    return no(
      `expected a trusted time on the deployment in ${where}, found none, so that its soak never began`,
      `Set a timestamp authority for the signer of ${stack}, and deploy it there again.`,
    );
  }
  if (begin.time > now) {
    return no(
      `expected a deployment in ${where} before ${moment(now)}, found ${moment(begin.time)}, in the future`,
      `Check this machine's clock, and the timestamp authority of ${stack}.`,
    );
  }
  return { start: begin.time, id: begin.id };
}
