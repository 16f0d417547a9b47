import type { Digest } from "@waybill/core/image";
import { findPlace } from "@waybill/core/promotion";
import type { Registry } from "@waybill/core/registry";
import {
  findCandidate,
  ReleaseError,
  runningIn,
  survey,
  type Request,
  type Survey,
} from "@waybill/core/release";
import { CliError, Exit, type Io } from "./command";
import { exitOf } from "./exit";
import type { Stack } from "./stack";

/** What is known about one digest in one place; or why there is none to ask about. */
export type Answered = { readonly survey: Survey } | { readonly none: string };

/** Surveys a place for a digest, as if it were pinned there; where none is named, for what the environment before runs. */
export async function surveyFor(
  io: Io,
  registry: Registry,
  stack: Pick<Stack, "promotion" | "place">,
  request: Request,
  digest: Digest | undefined,
): Promise<Answered> {
  const { promotion, place } = stack;
  assertPromotable(stack);
  const world = { registry, promotion, now: io.now?.() ?? new Date() };
  if (digest !== undefined) return { survey: await survey(world, { ...request, pin: digest }) };
  const { rules, upstream, own } = await survey(world, { ...request, pin: undefined });
  const newest = findCandidate({
    promotion,
    place,
    rules: { ...rules, pin: false },
    repository: request.repository,
    pin: undefined,
    upstream,
    running: runningIn(own),
  });
  if ("none" in newest) return newest;
  return { survey: await survey(world, { ...request, pin: newest.image.digest }) };
}

function assertPromotable({ promotion, place }: Pick<Stack, "promotion" | "place">): void {
  if (!findPlace(promotion, place).environment.builds) return;
  const others = promotion.environments.filter(({ builds }) => !builds).map(({ name }) => name);
  throw new CliError("usage", {
    about: place.environment,
    expected: `an environment that takes its images from the one before it: ${others.join(", ") || "there is none"}`,
    found: "the one where they are built",
    next: "Run pulumi up there: what it builds, it runs.",
  });
}

/** A well-founded no of survey or planner; everything else is thrown on. */
export function refusalIn(error: unknown): ReleaseError {
  if (error instanceof ReleaseError && exitOf(error) === Exit.no) return error;
  throw error;
}
