import * as pulumi from "@pulumi/pulumi";
import { stackName, upstreamOf, type Place, type Promotion } from "@waybill/core/promotion";
import { readRelease, type Release, type StackOutputs } from "@waybill/core/release";

export interface Releases {
  /** What this stack released last. */
  readonly own: Release | undefined;
  /** What each target of the environment before this one released. */
  readonly upstream: readonly StackRelease[];
}

interface StackRelease {
  readonly stack: string;
  readonly release: Release | undefined;
}

/** Reads the releases that a plan depends on, as plain values, already in preview. */
export async function readReleases(promotion: Promotion, place: Place): Promise<Releases> {
  const before = upstreamOf(promotion, place);
  const stacks = (before?.targets ?? []).map((target) =>
    stackName(promotion, { service: place.service, environment: before?.name ?? "", target }),
  );
  const [own, ...upstream] = await Promise.all([pulumi.getStack(), ...stacks].map(readStack));
  return { own: own?.release, upstream };
}

async function readStack(stack: string): Promise<StackRelease> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  return { stack, release: readRelease(stack, await readOutputs(name)) };
}

async function readOutputs(name: string): Promise<StackOutputs> {
  if (!(await exists(name))) return { digest: undefined, release: undefined, secret: false };
  const stack = new pulumi.StackReference(name);
  const [digest, release] = await Promise.all([
    stack.getOutputDetails("digest"),
    stack.getOutputDetails("release"),
  ]);
  return {
    digest: digest.value as unknown,
    release: release.value as unknown,
    secret: digest.secretValue !== undefined || release.secretValue !== undefined,
  };
}

/** A StackReference to a missing stack ends the program and cannot be caught; this question can be asked first. */
async function exists(name: string): Promise<boolean> {
  try {
    await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
    return true;
  } catch (error) {
    if (/unknown stack/.test(String(error))) return false;
    throw error;
  }
}

/** Where this stack's images have come from so far, or where those of the one before it are; undefined before the first. */
export function repositoryOf({ own, upstream }: Releases): string | undefined {
  return [own, ...upstream.map(({ release }) => release)].find((release) => release?.image)?.image
    ?.repository;
}
