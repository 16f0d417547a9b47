import { readFile } from "node:fs/promises";
import { formatReference, parseReference, type Digest, type ImageReference } from "../image";
import type { ServiceDefinition } from "../service";
import type { Source } from "../source";
import { readDockerfile } from "./dockerfile";
import { BuildError } from "./error";
import { raiseTimes } from "./times";

export { readDockerfile, type DockerfileImages } from "./dockerfile";
export { BuildError, type BuildErrorCode } from "./error";

/** What went into an image, besides its source. */
export interface BuildFacts {
  readonly tag: string;
  readonly run: string;
  /** Each image that the Dockerfile names, and the digest that it stood for. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** All that a build depends on; two equal plans give one digest. */
export interface BuildPlan extends BuildFacts {
  /** Where the image is pushed: registry and repository. */
  readonly repository: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly platforms: readonly string[];
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** The image below, by digest; undefined where the image starts from scratch. */
  readonly base: string | undefined;
  readonly source: Source;
}

export interface BuildRequest {
  readonly service: string;
  readonly definition: ServiceDefinition;
  readonly repository: string;
  readonly source: Source;
  readonly args: Readonly<Record<string, string>>;
  /** What this stack built last, if anything. */
  readonly previous: BuildFacts | undefined;
  /** Asks the registry which digest a tag stands for now. */
  readonly resolve: (reference: ImageReference) => Promise<Digest>;
}

/** Settles everything that the build will use, tags of base images included, before anything is built. */
export async function planBuild(request: BuildRequest): Promise<BuildPlan> {
  const { definition, source, repository } = request;
  const tag = source.dirty ? `${source.commit}-dirty` : source.commit;
  // One commit is one image: a new run or a base tag that has moved since changes nothing.
  const previous = request.previous?.tag === tag ? request.previous : undefined;
  const images = readDockerfile(
    definition.build.dockerfile,
    await readText(definition.build.dockerfile),
    request.args,
  );
  const inputs = await pinAll(images.all, previous?.inputs ?? {}, request.resolve);
  await raiseTimes(definition.build.context, source.epoch);
  const run = previous?.run ?? source.run;
  const base = images.base === undefined ? undefined : inputs[images.base];
  return {
    ...definition.build,
    repository,
    tag,
    run,
    inputs,
    base,
    source,
    args: { ...request.args, SOURCE_DATE_EPOCH: String(source.epoch) },
    labels: labelsOf(request.service, source, run, images.base, base),
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new BuildError(
      "unreadable-dockerfile",
      {
        about: file,
        expected: "a readable Dockerfile",
        found: (cause as NodeJS.ErrnoException).code ?? String(cause),
        next: "Name it in service.yaml (build.dockerfile).",
      },
      { cause },
    );
  }
}

async function pinAll(
  names: readonly string[],
  known: Readonly<Record<string, string>>,
  resolve: BuildRequest["resolve"],
): Promise<Record<string, string>> {
  const pinned = names.map(async (name) => [name, known[name] ?? (await pin(name, resolve))] as const);
  return Object.fromEntries(await Promise.all(pinned));
}

async function pin(name: string, resolve: BuildRequest["resolve"]): Promise<string> {
  const reference = parseReference(name);
  return formatReference({ ...reference, digest: reference.digest ?? (await resolve(reference)) });
}

/** OCI keys where they exist, and the two plain ones that people look for first. */
function labelsOf(
  service: string,
  source: Source,
  run: string,
  name: string | undefined,
  base: string | undefined,
): Record<string, string> {
  const commit = source.dirty ? `${source.commit}-dirty` : source.commit;
  return {
    "org.opencontainers.image.title": service,
    "org.opencontainers.image.revision": commit,
    "org.opencontainers.image.created": timeOf(source),
    ...(source.repository !== undefined && { "org.opencontainers.image.source": source.repository }),
    ...(name !== undefined &&
      base !== undefined && {
        "org.opencontainers.image.base.name": name,
        "org.opencontainers.image.base.digest": base.slice(base.indexOf("@") + 1),
      }),
    "git.commit": commit,
    "ci.run": run,
  };
}

export function timeOf({ epoch }: Pick<Source, "epoch">): string {
  return new Date(epoch * 1000).toISOString().replace(".000Z", "Z");
}
