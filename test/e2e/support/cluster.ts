import { run } from "./run";
import type { TestSandbox } from "./sandbox";

export async function kubectl({ environment }: TestSandbox, ...args: string[]): Promise<string> {
  const { code, output } = await run("kubectl", args, "/", environment);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}: ${output}`);
  return output;
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly labels: Record<string, string>; readonly deletionTimestamp?: string };
    readonly status: {
      readonly phase: string;
      readonly containerStatuses?: readonly { readonly imageID: string; readonly ready: boolean }[];
    };
  }[];
}

export async function pods(sandbox: TestSandbox, namespace: string): Promise<PodList["items"]> {
  const list = JSON.parse(await kubectl(sandbox, "get", "pods", "-n", namespace, "-o", "json")) as PodList;
  return list.items;
}

/** The digests that the containers of a namespace really run; pods on their way out take no new request. */
export async function runningDigests(sandbox: TestSandbox, namespace: string): Promise<string[]> {
  const found = (await pods(sandbox, namespace)).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  const ids = found.flatMap(({ status }) => status.containerStatuses ?? []).filter(({ ready }) => ready);
  return [...new Set(ids.map(({ imageID }) => imageID.slice(imageID.indexOf("@") + 1)))];
}
