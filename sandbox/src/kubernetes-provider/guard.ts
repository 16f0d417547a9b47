import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ProviderError, isValues, type Value } from "@waybill/provider";
import type { Cluster } from "./kubeconfig";
import { textAt } from "./object";

/** Written by the sandbox beside the plugin: the one cluster that the stand-in may touch. */
const passName = "waybill-stand-in.json";

/** The stand-in is good enough for the sandbox's own cluster, and for no other one. */
export function assertSandbox(cluster: Cluster, pulumiHome: string | undefined): void {
  if (pulumiHome === undefined) throw refusal("no PULUMI_HOME", cluster);
  const pass = readPass(join(pulumiHome, passName), cluster);
  const caSha256 = createHash("sha256").update(cluster.ca).digest("hex");
  const server = textAt(pass, "server");
  if (server !== cluster.server) throw refusal(`the sandbox at ${server ?? "?"}`, cluster);
  if (textAt(pass, "caSha256") !== caSha256)
    throw refusal(`another certificate authority, ${caSha256}`, cluster);
}

function readPass(file: string, cluster: Cluster): Value {
  try {
    const pass = JSON.parse(readFileSync(file, "utf8")) as Value;
    if (isValues(pass)) return pass;
  } catch {
    // Absent and unreadable are the same answer: no.
  }
  throw refusal(`no readable ${file}`, cluster);
}

function refusal(found: string, { server }: Cluster): ProviderError {
  return new ProviderError("refused", {
    about: `cluster ${server}`,
    expected: "the sandbox's own cluster, the only one that the stand-in for the Kubernetes provider serves",
    found,
    next: "For another cluster use a PULUMI_HOME with the official plugin: `pulumi plugin install resource kubernetes`.",
  });
}
