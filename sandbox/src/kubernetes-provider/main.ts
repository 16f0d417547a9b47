import { homedir } from "node:os";
import { runProvider } from "@waybill/provider";
import { Agent } from "undici";
import { realClock } from "./clock";
import { kubernetesProvider } from "./provider";
import type { Cluster } from "./kubeconfig";

/** TLS with the cluster's own certificate authority and no other; undici asks no proxy. */
function connect({ ca, serverName, certificate, key }: Cluster): Agent {
  return new Agent({
    connect: {
      ca,
      timeout: 5_000,
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
    },
  });
}

/** The engine compares it with what the SDK wants, and knows the plugin by the name of its folder. */
const [, version = "0.0.0"] = /resource-kubernetes-v(\d+\.\d+\.\d+)/.exec(process.argv[1] ?? "") ?? [];

void runProvider(
  kubernetesProvider({
    version,
    env: process.env,
    home: homedir(),
    clock: realClock,
    connect,
  }),
);
