import type { Deployment, ReleasedImage } from "../evidence";
import type { Verdict } from "../history";
import type { Rules } from "../promotion";
import { type Digest, parsePinned } from "../image";
import { describePlace, runningIn } from "./candidate";
import { ReleaseError } from "./release";
import type { Plan } from "./plan";
import type { Survey } from "./survey";

/** What a decision says. Its inputs stay the same as long as it stands, so that an unchanged stack shows no diff. */
export interface DecisionWords {
  /** repository@digest */
  readonly image: string;
  readonly service: string;
  readonly environment: string;
  readonly target: string | null;
  readonly config: string;
  readonly after: string | null;
  /** What it rests on: settled when it is made, and never compared again. */
  readonly basis: {
    readonly policy: string;
    readonly trust: string;
    readonly verdicts: readonly Verdict[];
    readonly overrides: readonly string[];
    /** In milliseconds. */
    readonly lapsesAfter: number;
    readonly by: string | null;
    readonly change: string | null;
    readonly carriedOut: boolean;
  };
}

export function decisionOf(survey: Survey, run: Plan & { readonly action: "run" }): DecisionWords {
  const { place, rules, promotion } = survey;
  const { image, decision } = run;
  return {
    image: `${image.repository}@${image.digest}`,
    service: place.service,
    environment: place.environment,
    target: place.target ?? null,
    config: decision.config,
    after: decision.after,
    basis: {
      policy: rules.hash,
      trust: promotion.trust.hash,
      verdicts: decision.verdicts,
      overrides: decision.verdicts.flatMap(({ override }) => override ?? []),
      lapsesAfter: rules.decisionTime,
      by: survey.requester ?? null,
      change: survey.change ?? null,
      carriedOut: decision.carriedOut,
    },
  };
}

/** The digest that a decision lets in. With --target of something else, the one that is there is still an older one. */
export function letIn(
  { image, config, service, environment, target }: Omit<DecisionWords, "after" | "basis">,
  decided: Pick<DecisionWords, "image" | "config">,
): Digest {
  if (decided.image === image && decided.config === config) return parsePinned(image).digest;
  throw new ReleaseError("undecided", {
    about: describePlace({ service, environment, target: target ?? undefined }),
    expected: `the decision on ${image} with settings ${config}`,
    found: `one on ${decided.image} with settings ${decided.config}`,
    next: "Nothing new runs. Run the whole stack again, without --target.",
  });
}

/** What a deployment says, but for its time, its number, its decision, and what came before by name. */
export type DeploymentWords = Pick<
  Deployment,
  | "service"
  | "environment"
  | "target"
  | "kind"
  | "image"
  | "config"
  | "manifests"
  | "settings"
  | "secrets"
  | "by"
  | "change"
> & { readonly after: string | null };

export function deploymentOf(survey: Survey, run: Plan & { readonly action: "run" }): DeploymentWords {
  return words(survey, run.image, run.kind, run.after);
}

/** Where images are built nothing is decided: what was built runs. */
export function builtDeploymentOf(survey: Survey, image: ReleasedImage): DeploymentWords {
  const entry = runningIn(survey.own);
  const running = entry?.record;
  const head = survey.own.head?.id ?? null;
  if (running?.image.digest !== image.digest) return words(survey, image, "built", head);
  if (running.config !== survey.configuration.config) return words(survey, image, "configured", head);
  if (entry?.revoked !== undefined) return words(survey, running.image, "rebuilt", head);
  return words(survey, running.image, running.kind, running.previous);
}

function words(
  { place, configuration, requester, change }: Survey,
  image: ReleasedImage,
  kind: Deployment["kind"],
  after: string | null,
): DeploymentWords {
  const { config, manifests, settings, secrets } = configuration;
  return {
    service: place.service,
    environment: place.environment,
    target: place.target ?? null,
    kind,
    image,
    config,
    manifests,
    settings,
    secrets,
    after,
    by: requester ?? null,
    change: change ?? null,
  };
}

/** The informational tag that an environment asks for; nothing reads it back. */
export function tagOf({ tag }: Pick<Rules, "tag">, image: Pick<ReleasedImage, "tag">): string | undefined {
  return tag?.replaceAll("{tag}", image.tag);
}

/** How many earlier images a place keeps ready to go back to. */
const KEPT = 3;

/** What may run beside an image, newest first: what ran here before, unless it is blocked or its record was revoked. */
export function besideOf({ own, promotion }: Pick<Survey, "own" | "promotion">, image: string): string[] {
  const blocked = promotion.trust.blocked.map(({ digest }) => digest);
  const earlier = own.deployments
    .filter(({ revoked, record }) => revoked === undefined && !blocked.includes(record.image.digest))
    .map(({ record }) => `${record.image.repository}@${record.image.digest}`)
    .reverse();
  return [...new Set(earlier)].filter((one) => one !== image).slice(0, KEPT);
}
