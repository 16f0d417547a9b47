import type { DeploymentEntry, History } from "../history";
import { no, yes } from "./answer";
import { countingIn, inForce, recordsOf, runsIn, whereOf } from "./records";
import { promoteStep } from "./steps";
import type { Answer, Facts } from "./types";
import { moment, plain } from "./words";

type Upstream = Facts["upstream"][number];

interface Broken {
  readonly reason: string;
  readonly next: string;
}

/** Nothing skips an environment: it was deployed in every target of the one before, and the signed history says so. */
export function judgeOrder(facts: Facts): Answer {
  const { image, rules, upstream, place } = facts;
  const wrong = imageRefusal(facts);
  if (wrong) return no(wrong.reason, wrong.next);
  const judged = upstream.map((one) => judgeTarget(facts, one));
  const broken = judged.filter((one): one is Broken => "reason" in one);
  const [first] = broken;
  if (first) return no(broken.map(({ reason }) => reason).join("; "), first.next);
  const entries = judged.filter((one): one is DeploymentEntry => "id" in one);
  if (entries.length === 0) return yes(`${place.environment} is the first environment`, []);
  const from = rules.repository === null ? "" : `, from ${rules.repository}`;
  const since = entries.map(
    ({ record, time }) => `${whereOf(record)} on ${time ? moment(time) : record.finishedOn}`,
  );
  return yes(
    `${image.digest} was deployed in ${since.join(", ")}${from}`,
    entries.map(({ id }) => id),
  );
}

function imageRefusal({ image, rules }: Facts): Broken | undefined {
  if (image.dirty) return dirty(image.tag);
  if (rules.repository === null || image.repository === rules.repository) return undefined;
  return {
    reason: `expected an image of ${rules.repository}, found one of ${plain(image.repository)}`,
    next: `Promote an image of ${rules.repository}, or correct the repository of ${rules.service} in promotion.yaml.`,
  };
}

function judgeTarget(facts: Facts, { stack, history }: Upstream): DeploymentEntry | Broken {
  const { image, place, pinned } = facts;
  const where = whereOf(history.place);
  if (history.place.service !== place.service || history.place.environment === place.environment) {
    return {
      reason: `expected the history of ${place.service} in the environment before ${place.environment}, found that of ${history.place.service} in ${where}`,
      next: "Correct the order of the environments in promotion.yaml.",
    };
  }
  const entry = countingIn(history).findLast((one) => isOf(one, image));
  if (!entry) return neverThere(facts, stack, where, recordsOf(history));
  const recorded = entry.record.image;
  if (recorded.dirty) return dirty(recorded.tag);
  for (const field of ["repository", "commit", "author"] as const) {
    if (recorded[field] === image[field]) continue;
    return {
      reason: `expected the ${field} that ${where} recorded for it, ${plain(recorded[field] ?? "none")}, found ${plain(image[field] ?? "none")}`,
      next: `Promote what ${where} deployed: waybill history ${history.place.environment} --service ${place.service}`,
    };
  }
  return pinned ? entry : (notRunning(facts, history, where) ?? entry);
}

function neverThere(
  { image }: Facts,
  stack: string,
  where: string,
  about: readonly DeploymentEntry[],
): Broken {
  const last = about.at(-1)?.record;
  const revoked = about.findLast((one) => isOf(one, image))?.revoked;
  const others =
    last === undefined
      ? "nothing deployed there yet"
      : `${last.image.digest} as the last of ${about.length} there`;
  const found = revoked === undefined ? others : `that its record was ${revoked}`;
  return {
    reason: `expected ${image.digest} in the signed history of ${where}, found ${found}`,
    next: `pulumi up --stack ${stack}`,
  };
}

function isOf({ record }: DeploymentEntry, { digest }: Facts["image"]): boolean {
  return record.kind !== "removed" && record.image.digest === digest;
}

function notRunning(facts: Facts, history: History, where: string): Broken | undefined {
  const { image } = facts;
  if (inForce(history)?.record.image.digest === image.digest) return undefined;
  return {
    reason: `expected ${where} to run ${image.digest} now, as it is not pinned, found ${runsIn(history)}`,
    next: promoteStep(facts),
  };
}

function dirty(tag: string): Broken {
  return {
    reason: `expected an image of a commit, found one of uncommitted files (${plain(tag)})`,
    next: "Commit, and run pulumi up where images are built.",
  };
}
