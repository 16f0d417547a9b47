import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { run } from "../host/run";
import type { Place } from "../place";
import { layOutNodeImage } from "./node-image";
import { layOutPauseImage } from "./pause-image";

export interface ImagePrograms {
  readonly buildctl: string;
  readonly node: string;
  readonly pause: string;
}

export const nodeImage = ({ registry }: Place): string => `${registry}/base/node:24`;
export const pauseImage = ({ registry }: Place): string => `${registry}/base/pause:1`;

/** Builds what pods and the example's builds start from, unless the registry has it. Says what it built. */
export async function ensureBaseImages(place: Place, programs: ImagePrograms): Promise<string[]> {
  const wanted: { image: string; layOut: (to: string) => void | Promise<void> }[] = [
    { image: pauseImage(place), layOut: (to) => layOutPauseImage(to, programs.pause) },
    { image: nodeImage(place), layOut: (to) => layOutNodeImage(to, programs.node) },
  ];
  const built: string[] = [];
  for (const { image, layOut } of wanted) {
    if (await isInRegistry(image)) continue;
    await inScratchFolder(place, async (context) => {
      await layOut(context);
      await build(place, programs.buildctl, image, context);
    });
    built.push(image);
  }
  // The registry has them now; the builder's copies would only fill the disk.
  if (built.length > 0) await run([...client(place, programs.buildctl), "prune", "--all"]);
  return built;
}

async function isInRegistry(image: string): Promise<boolean> {
  const [, registry = "", repository = "", tag = ""] = /^([^/]+)\/(.+):([^:]+)$/.exec(image) ?? [];
  const answer = await fetch(`http://${registry}/v2/${repository}/manifests/${tag}`, {
    method: "HEAD",
    headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
    signal: AbortSignal.timeout(5_000),
  });
  return answer.ok;
}

/** The same files give the same digest, whenever it is built. Not compressed: it never leaves the machine. */
async function build(place: Place, buildctl: string, image: string, context: string): Promise<void> {
  const output = [
    "type=image",
    `name=${image}`,
    "push=true",
    "oci-mediatypes=true",
    "rewrite-timestamp=true",
    "compression=uncompressed",
    "force-compression=true",
  ];
  await run(
    [
      ...client(place, buildctl),
      ...["build", "--frontend", "dockerfile.v0"],
      ...["--local", `context=${context}`, "--local", `dockerfile=${context}`],
      ...["--opt", "build-arg:SOURCE_DATE_EPOCH=0", "--output", output.join(",")],
    ],
    { timeoutMs: 120_000 },
  );
}

const client = (place: Place, buildctl: string): string[] => [
  buildctl,
  "--addr",
  `unix://${place.buildkitSocket}`,
];

async function inScratchFolder(place: Place, work: (folder: string) => Promise<void>): Promise<void> {
  const parent = path.join(place.folder, "scratch");
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(path.join(parent, "image-"));
  try {
    await work(folder);
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}
