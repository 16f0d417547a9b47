import type { ReleasedImage } from "../evidence";
import type { Digest } from "../image";
import type { DeploymentEntry, History } from "../history";
import { upstreamOf, type Place, type Promotion, type Rules } from "../promotion";
import { ReleaseError, type Release } from "./release";

/** A target of the environment before: what its signed history says, and what its stack exports where that was asked. */
export interface Upstream {
  readonly stack: string;
  readonly history: History;
  /** `null`: the stack exports none. `undefined`: nobody asked. */
  readonly release: Release | null | undefined;
}

/** What might enter next, or why nothing can. */
export type Candidate =
  { readonly image: ReleasedImage; readonly pinned: boolean } | { readonly none: string };

export interface CandidateRequest {
  readonly promotion: Promotion;
  readonly place: Place;
  readonly rules: Rules;
  /** Where its images and histories are; undefined where nobody says so, and so nothing could be read. */
  readonly repository: string | undefined;
  readonly pin: Digest | undefined;
  readonly upstream: readonly Upstream[];
  /** What runs here by the signed history. */
  readonly running: DeploymentEntry | undefined;
}

export function findCandidate(request: CandidateRequest): Candidate {
  const { pin } = request;
  return pin === undefined ? newest(request) : { image: pinned(request, pin), pinned: true };
}

/** What every target of the environment before runs now. */
function newest({ place, rules, repository, upstream, running }: CandidateRequest): Candidate {
  const name = place.environment;
  const offered = upstream.map(({ stack, history, release }) => ({
    stack,
    image: release === undefined ? runningIn(history)?.record.image : release?.image,
  }));
  const idle = offered.find(({ image }) => !image);
  if (idle) {
    const waits = `${name} waits for ${idle.stack}, which has released nothing yet. Run: pulumi up --stack ${idle.stack}`;
    const unread = `; if something ran here before, say in promotion.yaml where its images are: services.${place.service}.repository`;
    return { none: repository === undefined ? waits + unread : waits };
  }
  const images = new Map(offered.flatMap(({ image }) => (image ? [[image.digest, image] as const] : [])));
  const [image, ...others] = images.values();
  if (!image) return { none: `${name} waits: it has no upstream` };
  if (others.length > 0) {
    const differing = offered.map((one) => `${one.stack} runs ${one.image?.digest ?? "nothing"}`).join("; ");
    return { none: `${name} waits until all targets before it run one digest: ${differing}` };
  }
  if (rules.pin && image.digest !== running?.record.image.digest) {
    return {
      none: `${name} takes only what is pinned, and ${image.digest} (${image.tag}) is not. Run: waybill promote ${name} --service ${place.service}`,
    };
  }
  return { image: factsOf(upstream, image.digest) ?? image, pinned: false };
}

/** A pin chooses within what the environment before has deployed at any time, and what runs here; it opens no other door. */
function pinned({ place, upstream, running }: CandidateRequest, pin: Digest): ReleasedImage {
  const image =
    factsOf(upstream, pin) ?? (running?.record.image.digest === pin ? running.record.image : undefined);
  if (image) return image;
  const stacks = upstream.map(({ stack }) => stack).join(", ");
  const newest = [...upstream]
    .reverse()
    .map(({ history }) => runningIn(history))
    .flatMap((entry) => (entry && entry.revoked === undefined ? entry.record.image.digest : []));
  throw new ReleaseError("pin-not-released", {
    about: `waybill:pin of ${describePlace(place)}`,
    expected: `a digest that stands in the signed history of ${stacks}${newest[0] === undefined ? "" : `, such as ${newest[0]}`}`,
    found: describeMissing(upstream, pin),
    next: `waybill history shows what was deployed before ${place.environment}; or remove the pin: pulumi config rm waybill:pin`,
  });
}

/** The last thing that is signed about a digest in the environment before, and was not revoked. */
function factsOf(upstream: readonly Upstream[], digest: Digest): ReleasedImage | undefined {
  return recordsOf(upstream, digest).findLast(({ revoked }) => revoked === undefined)?.record.image;
}

function describeMissing(upstream: readonly Upstream[], digest: Digest): string {
  const revoked = recordsOf(upstream, digest).at(-1)?.revoked;
  return revoked === undefined ? digest : `${digest}, whose record was ${revoked}`;
}

function recordsOf(upstream: readonly Upstream[], digest: Digest): readonly DeploymentEntry[] {
  return upstream
    .flatMap(({ history }) => history.deployments)
    .filter(({ record }) => record.image.digest === digest);
}

/** The deployment that is in force: none where the last record says that it was removed. */
export function runningIn({ head }: History): DeploymentEntry | undefined {
  return head?.record.kind === "removed" ? undefined : head;
}

/** An environment can be skipped only by a stack that lies about itself, and then these two names disagree. */
export function assertUpstream(promotion: Promotion, place: Place, stack: string, release: Release): void {
  const expected = upstreamOf(promotion, place)?.name ?? "";
  if (release.environment === expected && release.service === place.service) return;
  throw new ReleaseError("wrong-upstream", {
    about: `Stack ${stack}`,
    expected: `the release of ${place.service} in ${expected}, the environment before ${place.environment}`,
    found: `the release of ${release.service} in ${release.environment}`,
    next: `Correct waybill:service and waybill:environment of that stack, or the stack names in ${promotion.file}.`,
  });
}

export function describePlace({ service, environment, target }: Place): string {
  return `${service} in ${environment}${target === undefined ? "" : `/${target}`}`;
}
