import { setTimeout as delay } from "node:timers/promises";
import { run, type Asking, type Project } from "./pulumi";

const NAMESPACE = "hello-staging";
/** A policy that was written a moment ago is in force a moment later. */
const ATTEMPTS = 20;

/** Asks the cluster for a pod that nobody decided on, named by its digest; shows the refusal. */
export async function refusedByCluster(
  project: Project,
  image: string,
  say: (line: string) => void,
  asking: Asking,
): Promise<void> {
  const args = ["run", "past-pulumi", `--image=${image}`, "--namespace", NAMESPACE, "--restart=Never"];
  for (let attempt = 1; ; attempt++) {
    const { code, stdout, stderr } = await run(project, "kubectl", [...args, securityOf(image)], asking);
    if (code !== 0 && /decided/.test(stderr)) {
      stderr.trimEnd().split("\n").forEach(say);
      return;
    }
    await run(
      project,
      "kubectl",
      ["delete", "pod", "past-pulumi", "--namespace", NAMESPACE, "--ignore-not-found"],
      asking,
    );
    if (attempt === ATTEMPTS) throw new Error(`The cluster did not refuse ${image}:\n${stdout}\n${stderr}`);
    await delay(250, undefined, asking.signal && { signal: asking.signal });
  }
}

/** All that pod security asks for, so that nothing else refuses it. */
function securityOf(image: string): string {
  const container = {
    name: "past-pulumi",
    image,
    securityContext: {
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
  return `--overrides=${JSON.stringify({ spec: { containers: [container] } })}`;
}
