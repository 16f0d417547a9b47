import { parseDigest, type Digest } from "../image";
import { findPlace, upstreamOf, type Place, type Promotion } from "../promotion";
import { ReleaseError, type Release, type ReleasedImage } from "./release";

/** What one upstream stack exports. */
export interface Upstream {
  readonly stack: string;
  readonly release: Release | undefined;
}

export interface PlanInput {
  readonly promotion: Promotion;
  readonly place: Place;
  /** Every target of the environment before this one. */
  readonly upstream: readonly Upstream[];
  /** What this stack itself released last. */
  readonly own: Release | undefined;
  /** The digest that the stack's configuration asks for. */
  readonly pin: string | undefined;
  /** Why the evidence of a digest does not let it in; a digest that is not listed may enter. */
  readonly refusals: ReadonlyMap<Digest, string>;
}

/** What the stack must look like. `waiting` says why it does not move on. */
export type Plan =
  | { readonly action: "build" }
  | { readonly action: "run"; readonly image: ReleasedImage; readonly waiting: string | null }
  | { readonly action: "wait"; readonly waiting: string };

/** Decides from data alone; whatever may not enter leaves the stack where it is. */
export function plan(input: PlanInput): Plan {
  const { environment } = findPlace(input.promotion, input.place);
  if (environment.builds) return { action: "build" };
  const candidate = findCandidate(input);
  if (input.pin !== undefined)
    return { action: "run", image: pinned(input, input.pin, candidate), waiting: null };
  if (typeof candidate !== "string") return { action: "run", image: candidate, waiting: null };
  const current = ownImage(input);
  return current
    ? { action: "run", image: current, waiting: candidate }
    : { action: "wait", waiting: candidate };
}

/** The image that upstream offers, or the reason why there is none. */
function findCandidate(input: PlanInput): ReleasedImage | string {
  const name = input.place.environment;
  const images = new Map<Digest, { image: ReleasedImage; stacks: string[] }>();
  for (const { stack, release } of input.upstream) {
    if (release) assertUpstream(input, stack, release);
    if (!release?.image)
      return `${name} waits for ${stack}, which has released nothing yet. Run: pulumi up --stack ${stack}`;
    if (release.image.dirty) {
      return `${name} waits for ${stack}: its image ${release.image.tag} was built from uncommitted files and cannot leave it. Commit, then run: pulumi up --stack ${stack}`;
    }
    const known = images.get(release.image.digest);
    if (known) known.stacks.push(stack);
    else images.set(release.image.digest, { image: release.image, stacks: [stack] });
  }
  const [first, ...others] = images.values();
  if (!first) return `${name} waits: it has no upstream`;
  if (others.length === 0) {
    const refusal = input.refusals.get(first.image.digest);
    return refusal === undefined ? first.image : `${name} does not take ${first.image.digest}: ${refusal}`;
  }
  const differing = [first, ...others]
    .map(({ image, stacks }) => `${stacks.join(", ")} runs ${image.digest}`)
    .join("; ");
  return `${name} waits until all targets before it run one digest: ${differing}`;
}

/** An environment can be skipped only by a stack that lies about itself, and then these two names disagree. */
function assertUpstream({ promotion, place }: PlanInput, stack: string, release: Release): void {
  const expected = upstreamOf(promotion, place)?.name ?? "";
  if (release.environment === expected && release.service === place.service) return;
  throw new ReleaseError("wrong-upstream", {
    about: `Stack ${stack}`,
    expected: `the release of ${place.service} in ${expected}, the environment before ${place.environment}`,
    found: `the release of ${release.service} in ${release.environment}`,
    next: `Correct waybill:service and waybill:environment of that stack, or the stack names in ${promotion.file}.`,
  });
}

/** A pin chooses between what upstream released and what already runs here; it opens no other door. */
function pinned(input: PlanInput, pin: string, candidate: ReleasedImage | string): ReleasedImage {
  const digest = parsePin(input, pin);
  const choices = [candidate, ownImage(input)].filter(
    (image) => image !== undefined && typeof image !== "string",
  );
  const image = choices.find((choice) => choice.digest === digest);
  if (image) return image;
  const offered = choices.map((choice) => choice.digest).join(" or ");
  throw new ReleaseError("pin-not-released", {
    about: `waybill:pin of ${describePlace(input.place)}`,
    expected: offered === "" ? "a digest that upstream has released" : offered,
    found: typeof candidate === "string" ? `${digest}; ${candidate}` : digest,
    next: "Pin what upstream released, or remove the pin: pulumi config rm waybill:pin",
  });
}

function parsePin({ place }: PlanInput, pin: string): Digest {
  try {
    return parseDigest(pin);
  } catch (cause) {
    throw new ReleaseError(
      "pin-malformed",
      {
        about: `waybill:pin of ${describePlace(place)}`,
        expected: "a digest, as in sha256:… (a tag can be moved after it was tested)",
        found: JSON.stringify(pin),
        next: "Pin the digest that upstream exports: pulumi stack output digest --stack UPSTREAM",
      },
      { cause },
    );
  }
}

function ownImage({ own, place }: PlanInput): ReleasedImage | undefined {
  if (own?.image && own.environment === place.environment && own.service === place.service) return own.image;
  return undefined;
}

function describePlace({ service, environment, target }: Place): string {
  return `${service} in ${environment}${target === undefined ? "" : `/${target}`}`;
}
