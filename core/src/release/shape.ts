import type { ReleasedImage } from "../evidence";
import { parsePinned, type PinnedReference } from "../image";
import type { Descriptor, ImageContent, Manifest, Platform, Registry, Waiting } from "../registry";
import { ReleaseError } from "./release";

/** What an image consists of, for each of its platforms. */
export type Shape = readonly {
  /** os/architecture[/variant]; "unknown" where the image does not say. */
  readonly platform: string;
  readonly layers: number;
  /** Compressed, as it is pulled. */
  readonly bytes: number;
}[];

/** An index in an index in an index says nothing that anybody could review. */
const DEEPEST = 2;
const LARGEST_CONFIG = 4 * 1024 * 1024;

/** Children come from the bytes of the index that the digest names, and so cannot be others than those that were approved (PRO-016). */
export async function shapeOf(
  registry: Registry,
  { repository, digest }: Pick<ReleasedImage, "repository" | "digest">,
  waiting: Waiting = {},
): Promise<Shape> {
  const image = parsePinned(`${repository}@${digest}`);
  const manifest = await registry.getManifest(image, digest, waiting);
  if (manifest.content.kind === "index") return platformsIn(registry, image, manifest, waiting, 0);
  const { config } = manifest.content;
  const bytes = await registry.readBlob(image, config, { ...waiting, maxBytes: LARGEST_CONFIG });
  return [{ platform: nameOf(platformIn(bytes)), ...sizeOf(manifest.content) }];
}

/** OCI image-spec, config.md: an image for one platform says there which one. */
function platformIn(bytes: Uint8Array): Platform | undefined {
  try {
    const { os, architecture, variant } = JSON.parse(
      Buffer.from(bytes).toString("utf8"),
    ) as Partial<Platform>;
    if (typeof os !== "string" || typeof architecture !== "string") return undefined;
    return { os, architecture, ...(typeof variant === "string" && { variant }) };
  } catch {
    return undefined;
  }
}

async function platformsIn(
  registry: Registry,
  image: PinnedReference,
  { content, digest }: Manifest,
  waiting: Waiting,
  depth: number,
): Promise<Shape> {
  if (content.kind === "image") return [];
  if (depth >= DEEPEST) {
    throw new ReleaseError("nested-index", {
      about: `${image.repository}@${digest}`,
      expected: `an index whose images are at most ${DEEPEST} levels down`,
      found: "more",
      next: "Build the image as one index with one image for each platform.",
    });
  }
  const children = content.manifests.filter((child) => !isAttestation(child));
  const shapes = children.map(async (child): Promise<Shape> => {
    const manifest = await registry.getManifest(image, child.digest, waiting);
    return manifest.content.kind === "image"
      ? [{ platform: nameOf(child.platform), ...sizeOf(manifest.content) }]
      : platformsIn(registry, image, manifest, waiting, depth + 1);
  });
  return (await Promise.all(shapes)).flat();
}

/** BuildKit puts its own attestations beside the images, for a platform that nobody runs. */
function isAttestation({ platform, annotations = {} }: Descriptor): boolean {
  return platform?.os === "unknown" && annotations["vnd.docker.reference.type"] === "attestation-manifest";
}

function nameOf(platform: Platform | undefined): string {
  if (!platform) return "unknown";
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join("/");
}

function sizeOf({ config, layers }: ImageContent): { layers: number; bytes: number } {
  return { layers: layers.length, bytes: layers.reduce((sum, { size }) => sum + size, config.size) };
}
