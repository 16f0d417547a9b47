import { relative } from "node:path";
import * as dockerBuild from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import type { BuildPlan } from "@waybill/core/build";
import { provenanceOf } from "@waybill/core/provenance";
import { Attestation, Sbom } from "./evidence";

export interface ImageBuildArgs {
  /** What to build, from `planBuild`: base images are settled in it by digest. */
  readonly plan: BuildPlan;
  /** Name of the buildx builder; the default one if left out. */
  readonly builder?: string;
  /** Who signs the image, its provenance and its SBOM (see `Attestation`); none of them is made if left out. */
  readonly signer?: string | undefined;
}

/**
 * Builds an image once, pushes it with one informational tag (the commit) and says its digest. For several
 * platforms it is the digest of the index. The same plan gives the same digest on any machine. With a signer it leaves the
 * image signed, with provenance and SBOM.
 */
export class ImageBuild extends pulumi.ComponentResource {
  /** Digest of what was pushed, once all of its evidence is attached: nothing can be deployed from it before. */
  declare readonly digest: pulumi.Output<string>;

  constructor(
    name: string,
    { plan, builder, signer }: ImageBuildArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("waybill:index:ImageBuild", name, {}, options);
    const image = new dockerBuild.Image(name, imageArgs(plan, builder), {
      parent: this,
      // Other environments run this digest: neither a newer build nor `pulumi destroy` may delete it.
      retainOnDelete: true,
    });
    const evidence = signer === undefined ? [] : attested(name, plan, image, signer, this);
    const attached = pulumi.all(evidence.map((piece) => piece.image));
    this.digest = pulumi.all([image.digest, attached]).apply(([digest]) => digest);
    this.registerOutputs({ digest: this.digest });
  }
}

/** Signature, provenance, and an SBOM for each platform. */
function attested(
  name: string,
  plan: BuildPlan,
  { digest }: dockerBuild.Image,
  signer: string,
  parent: ImageBuild,
): (Attestation | Sbom)[] {
  const common = { image: pulumi.interpolate`${plan.repository}@${digest}`, signer };
  const provenance = provenanceOf(plan);
  const platforms = plan.platforms.length > 0 ? plan.platforms : [undefined];
  return [
    new Attestation(
      `${name}-signature`,
      { ...common, predicateType: "signature", predicate: {} },
      { parent },
    ),
    new Attestation(
      `${name}-provenance`,
      { ...common, predicateType: "provenance", predicate: provenance },
      { parent },
    ),
    ...platforms.map((platform) =>
      platform === undefined
        ? new Sbom(name, common, { parent })
        : new Sbom(`${name}-${platform.replaceAll("/", "-")}`, { ...common, platform }, { parent }),
    ),
  ];
}

/** What the docker-build provider is asked for. */
export function imageArgs(plan: BuildPlan, builder?: string): dockerBuild.ImageArgs {
  return {
    tags: [`${plan.repository}:${plan.tag}`],
    context: { location: fromHere(plan.context), named: namedContexts(plan) },
    dockerfile: { location: fromHere(plan.dockerfile) },
    platforms: plan.platforms as dockerBuild.Platform[],
    buildArgs: plan.args,
    labels: plan.labels,
    // A step from the cache keeps the times of the build that it is from; where that was before this commit, rewriting, which only
    // makes times older, would leave them, and a machine without that cache would build another digest.
    noCache: true,
    // `push: true` leaves the digest empty in the preview of an update and file times unfixed.
    push: false,
    exports: [{ raw: "type=registry,rewrite-timestamp=true" }],
    ...(builder !== undefined && { builder: { name: builder } }),
  };
}

/** Relative to the project, so that two machines with two folders agree on what is declared. */
function fromHere(path: string): string {
  return `./${relative(process.cwd(), path)}`;
}

/** BuildKit takes each image from here instead of looking its tag up itself. */
function namedContexts({ inputs }: BuildPlan): Record<string, { location: string }> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, pinned]) => [name, { location: `docker-image://${pinned}` }]),
  );
}
