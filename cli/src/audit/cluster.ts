import type { Audit } from "@waybill/core/audit";
import { knownKinds } from "@waybill/core/images";
import { CliError } from "../command";
import { complaint, onPath, run } from "./run";

/** They carry no image, and tell who can reach what does. */
const EXPOSING = new Set(["Service", "Ingress", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"]);
/** Computed on each call, and about nothing that runs by itself. */
const COMPUTED = /(?:^|\.)metrics\.k8s\.io$/;

/** Everything in a live cluster that can carry an image, through the user's own kubectl. Secrets and ConfigMaps are never asked for. */
export async function gatherCluster(audit: Audit, environment: NodeJS.ProcessEnv): Promise<void> {
  const kubectl = onPath("kubectl", environment);
  if (kubectl === undefined) throw unusable("none on PATH");
  const listed = await run(kubectl, ["api-resources", "--verbs=list", "--no-headers"], environment);
  const resources = resourcesIn(listed.out);
  if (resources.length === 0) throw unusable(complaint(listed));
  // Some groups may not answer while the others do.
  if (listed.code !== 0) audit.addUnread({ file: "cluster", line: 0, problem: complaint(listed) });
  for (const resource of resources) {
    const ran = await run(kubectl, ["get", resource, "--all-namespaces", "--output=json"], environment);
    if (ran.code === 0) audit.add({ file: "cluster", text: ran.out, isLive: true, hasNoLines: true });
    else audit.addUnread({ file: "cluster", line: 0, problem: `${resource}: ${complaint(ran)}` });
  }
}

/** `name [short names] group/version namespaced kind`, those without images left out. */
function resourcesIn(table: string): string[] {
  const without = new Set(
    knownKinds()
      .filter(({ kind, fields }) => fields.length === 0 && !EXPOSING.has(kind))
      .map(({ group, kind }) => `${group}/${kind}`),
  );
  return table.split("\n").flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const at = columns.findIndex((column) => column === "true" || column === "false");
    const [name = "", version = "", kind = ""] = [columns[0], columns[at - 1], columns[at + 1]];
    if (at < 2) return [];
    const [group, only] = version.includes("/") ? version.split("/", 2) : ["", version];
    if (without.has(`${group}/${kind}`) || COMPUTED.test(group ?? "")) return [];
    return [group === "" ? name : `${name}.${only ?? ""}.${group ?? ""}`];
  });
}

function unusable(found: string): CliError {
  return new CliError("file", {
    about: "kubectl",
    expected: "a kubectl on PATH that reaches the cluster",
    found,
    next: "Check it with: kubectl get nodes",
  });
}
