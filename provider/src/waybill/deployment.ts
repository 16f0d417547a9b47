import { anchorOf, deploy, type DeploymentWords, pageOf, remove } from "@waybill/core/history";
import type { Deployment, ReleasedImage } from "@waybill/core/evidence";
import { isAttached } from "@waybill/core/proof";
import { RegistryError } from "@waybill/core/registry";
import { ProviderError } from "../errors";
import type { Created, DeleteRequest, Operation, Resource } from "../resource";
import { reveal, type Values } from "../value";
import { textOf, textOrNull, type World } from "./inputs";
import { plainly } from "./problems";
import { type Asked, common, readAsked, recordResource, signingFor, writingOf } from "./record";

const data = {
  inputs: {
    ...common,
    running: { type: "string", required: true, diffed: false },
    released: { type: "object", required: true, diffed: false },
    kind: { type: "string", required: true, replace: true },
    manifests: { type: "string", required: true, replace: true },
    settings: { type: "object", required: true, diffed: false },
    secrets: { type: "object", required: true, diffed: false },
    decision: { type: "string", replace: true },
    signer: { type: "string", required: true, diffed: false },
    tag: { type: "string" },
    by: { type: "string", diffed: false },
    change: { type: "string", diffed: false },
    offline: { type: "string", diffed: false },
  },
  computed: ["record", "referrer", "number", "finishedOn", "time"],
} as const;

/** `waybill:index:Deployment`: this came to run there; written once it does, and ended when it is taken away. */
export function deploymentResource(world: World): Resource {
  return recordResource(
    data,
    {
      create: ({ inputs }, operation) => plainly(() => create(inputs, world, operation)),
      update: async ({ inputs, oldOutputs }, operation) => {
        await tagImage(inputs, world, operation);
        return { ...oldOutputs, ...inputs };
      },
      delete: (request, operation) => plainly(() => end(request, world, operation)),
    },
    "record",
    (inputs, outputs, { signal }) => whyLost(inputs, outputs, world, signal),
    world,
  );
}

async function create(inputs: Values, world: World, operation: Operation): Promise<Created> {
  const asked = readAsked(inputs);
  assertRunning(asked, inputs);
  const words = wordsOf(inputs, asked);
  const signing = signingFor(asked, inputs, world);
  const options = writingOf(asked, world, operation);
  operation.progress(`recording that ${asked.image.digest} runs`);
  const { entry, referrer } = await deploy(
    world.registry,
    asked.repository,
    asked.place,
    words,
    signing,
    options,
  );
  await tagImage(inputs, world, operation);
  operation.progress("");
  const { id, record, time } = entry;
  const { number, finishedOn } = record;
  return {
    id,
    outputs: { ...inputs, record: id, referrer, number, finishedOn, time: time?.toISOString() ?? null },
  };
}

/** An update of some resources alone can leave a workload as it was. */
function assertRunning({ image, place }: Asked, { running }: Values): void {
  const found = textOf(running);
  if (found === image.digest) return;
  throw new ProviderError("refused", {
    about: `Workload of ${place.service} in ${place.environment}`,
    expected: `that it runs ${image.digest}`,
    found: found === "" ? "that it does not say what it runs" : found,
    next: "Nothing was recorded. Run the whole stack again, without --target.",
  });
}

function wordsOf(inputs: Values, { after }: Asked): DeploymentWords {
  const plain = reveal(inputs);
  return {
    kind: textOf(plain["kind"]) as Deployment["kind"],
    image: plain["released"] as unknown as ReleasedImage,
    config: textOf(plain["config"]),
    manifests: textOf(plain["manifests"]),
    settings: plain["settings"] as Readonly<Record<string, unknown>>,
    secrets: plain["secrets"] as Readonly<Record<string, string>>,
    decision: textOrNull(plain["decision"]),
    by: textOrNull(plain["by"]),
    change: textOrNull(plain["change"]),
    after,
  };
}

async function whyLost(
  inputs: Values,
  outputs: Values,
  { registry }: World,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { image, place } = readAsked(inputs);
  const { digest } = anchorOf(place, pageOf(Number(outputs["number"])));
  const anchor = { ...image, tag: undefined, digest };
  if (await isAttached(registry, anchor, textOf(outputs["referrer"]), { signal })) return undefined;
  return `the record ${textOf(outputs["record"])} is gone from the registry`;
}

/** For people, and for the registry's rules of what to keep: it says nothing that is not signed, so its failure is none. */
async function tagImage(inputs: Values, { registry }: World, operation: Operation): Promise<void> {
  const tag = textOf(inputs["tag"]);
  if (tag === "") return;
  const { image } = readAsked(inputs);
  const { signal } = operation;
  try {
    const manifest = await registry.getManifest(image, image.digest, { signal });
    await registry.putManifest(image, manifest, { tag, signal });
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    operation.log("warning", `The tag ${tag} was not put on ${image.digest}: ${error.message}`);
  }
}

/** What was replaced ended when its successor came. */
async function end({ inputs, outputs }: DeleteRequest, world: World, operation: Operation): Promise<void> {
  const asked = readAsked(inputs);
  const signing = signingFor(asked, inputs, world);
  const options = writingOf(asked, world, operation);
  try {
    await remove(world.registry, asked.repository, asked.place, textOf(outputs["record"]), signing, options);
  } catch (error) {
    // Whoever takes down a stack may have taken down its registry before.
    if (!(error instanceof RegistryError) || error.code === "aborted") throw error;
    operation.log("warning", `The history does not say that it ended: ${error.message}`);
  }
}
