import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fetch } from "undici";
import type { Place } from "../place";
import { mustPulumi, pulumi, settingsOf, type Asking, type Project } from "./pulumi";
import { recover } from "./recover";
import { copySettings } from "./settings";

/** What the summary says of a stack. */
export interface Deployed {
  readonly stack: string;
  readonly digest: string;
  /** What one types to name the image. */
  readonly image: string;
  readonly commit: string;
  readonly dirty: boolean;
  readonly base: string | null;
  readonly waiting: string | null;
  readonly address: string;
  readonly greeting: string;
  readonly changed: boolean;
}

interface Outputs {
  readonly digest?: string;
  readonly address?: string;
  readonly release: {
    readonly waiting: string | null;
    readonly image: { repository: string; commit: string; dirty: boolean; base: string | null } | null;
  };
}

/** Makes sure that the stack is there and that nothing of a killed run is left in it. */
export async function prepare(
  project: Project,
  stack: string,
  place: Place,
  say: (line: string) => void,
  asking: Asking,
): Promise<void> {
  copySettings(project, stack, place);
  const known = JSON.parse(await mustPulumi(project, ["stack", "ls", "--json"], asking)) as {
    name: string;
  }[];
  if (!known.some(({ name }) => name === stack)) {
    await mustPulumi(
      { ...project, folder: dirname(project.settings(stack)) },
      ["stack", "init", stack],
      asking,
    );
  }
  await recover(project, stack, say, asking);
}

/** `pulumi up` with the policy pack, then the question over HTTP what really answers. */
export async function deploy(
  project: Project,
  stack: string,
  show: (line: string) => void,
  asking: Asking,
): Promise<Deployed> {
  const quiet = ["--yes", "--skip-preview", "--suppress-outputs", "--suppress-progress"];
  const up = ["up", ...quiet, "--policy-pack", project.policyPack, ...settingsOf(project, stack)];
  await mustPulumi(project, up, { ...asking, onLine: show });
  const { release, digest, address } = JSON.parse(
    await mustPulumi(project, ["stack", "output", "--json", "--stack", stack], asking),
  ) as Outputs;
  if (digest === undefined || address === undefined || release.image === null) {
    throw new Error(`${stack} runs nothing: ${release.waiting ?? "no reason given"}`);
  }
  const answer = await ask(address, asking);
  if (answer.digest !== digest) {
    throw new Error(`${stack} exports ${digest}, but ${answer.digest} answers at ${address}`);
  }
  const { repository, commit, dirty, base } = release.image;
  const { waiting } = release;
  const { greeting } = answer;
  return {
    stack,
    digest,
    image: `${repository}@${digest}`,
    address,
    commit,
    dirty,
    base,
    waiting,
    greeting,
    changed: await changed(project, stack, asking),
  };
}

async function changed(project: Project, stack: string, asking: Asking): Promise<boolean> {
  const history = await mustPulumi(
    project,
    ["stack", "history", "--json", "--page-size", "1", "--stack", stack],
    asking,
  );
  const [last] = JSON.parse(history) as { resourceChanges?: Record<string, number> }[];
  return Object.entries(last?.resourceChanges ?? {}).some(
    ([kind, count]) => kind !== "same" && kind !== "read" && count > 0,
  );
}

interface HelloAnswer {
  readonly greeting: string;
  readonly digest: string;
}

/** The service's address may take a moment to reach every node after a rollout. */
async function ask(address: string, { signal }: Asking): Promise<HelloAnswer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(address, {
        signal: AbortSignal.any([AbortSignal.timeout(2_000), ...(signal ? [signal] : [])]),
      });
      return (await response.json()) as HelloAnswer;
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt === 20)
        throw new Error(`nothing answers at ${address}: ${String(error)}`, { cause: error });
      await delay(250);
    }
  }
}

/** A preview that the policy pack must refuse because of one image; its words. */
export async function refusedPreview(
  project: Project,
  stack: string,
  image: RegExp,
  asking: Asking,
): Promise<string> {
  const args = [
    "preview",
    "--suppress-progress",
    "--policy-pack",
    project.policyPack,
    ...settingsOf(project, stack),
  ];
  const { code, stdout, stderr } = await pulumi(project, args, asking);
  const output = `${stdout}\n${stderr}`;
  if (code === 0 || !/\[mandatory\]/.test(output) || !image.test(output)) {
    throw new Error(`The preview of ${stack} was not refused by the policy pack:\n${output}`);
  }
  return output;
}
