import { relative } from "node:path";
import { timeOf, type BuildPlan } from "../build";
import type { Provenance, Resource } from "../evidence";
import { parsePinned, splitDigest } from "../image";
import type { Source } from "../source";

/** What `externalParameters` means: an image built by BuildKit from one folder of a git repository. */
export const BUILD_TYPE = "https://waybill.dev/build/v1";

/**
 * SLSA provenance v1 of the image that a plan builds. It depends on the plan alone, so that an unchanged stack says the
 * same again; when it was said is in the timestamp of the signature. https://slsa.dev/spec/v1.0/provenance
 */
export function provenanceOf(plan: BuildPlan): Provenance {
  const { source } = plan;
  return {
    buildDefinition: {
      buildType: BUILD_TYPE,
      externalParameters: {
        ...(source.repository !== undefined && { source: stated(source, source.repository) }),
        image: `${plan.repository}:${plan.tag}`,
        dockerfile: relative(plan.context, plan.dockerfile),
        platforms: plan.platforms,
        args: plan.args,
      },
      internalParameters: { labels: plan.labels, sourceDate: timeOf(source), dirty: source.dirty },
      resolvedDependencies: [...gitDependency(source), ...imageDependencies(plan)],
    },
    runDetails: {
      builder: { id: builderOf(plan.run) },
      metadata: { invocationId: plan.run },
    },
  };
}

/**
 * Whose runs these are: the address of the run without its own part, and so the same for each run. It is taken from the run
 * that built the image first, not from who asks now: a laptop that finds nothing to build has built nothing.
 */
export function builderOf(run: string): string {
  const address = URL.parse(run);
  if (!address || !/^https?:$/.test(address.protocol)) return "https://waybill.dev/builders/local";
  return `${address.origin}${address.pathname.replace(/\/*$/, "").replace(/\/[^/]*$/, "")}`;
}

/** Uncommitted files come from no branch, whatever is checked out. */
function stated({ commit, ref, dirty }: Source, repository: string): Record<string, string> {
  return dirty ? { repository } : { repository, commit, ...(ref !== undefined && { ref }) };
}

/** https://github.com/in-toto/attestation/blob/main/spec/v1/resource_descriptor.md, with git's own kind of digest. */
function gitDependency({ repository, commit, ref, dirty }: Source): Resource[] {
  if (dirty || repository === undefined) return [];
  return [{ uri: `git+${repository}${ref === undefined ? "" : `@${ref}`}`, digest: { gitCommit: commit } }];
}

/** Each image that the Dockerfile names, as it was resolved before the build; BuildKit is given no other. */
function imageDependencies({ inputs }: BuildPlan): Resource[] {
  return Object.entries(inputs)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, pinned]) => {
      const { algorithm, hex } = splitDigest(parsePinned(pinned).digest);
      return { name, uri: `oci://${pinned}`, digest: { [algorithm]: hex } };
    });
}
