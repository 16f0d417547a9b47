import path from "node:path";
import type { NetworkPlan } from "../network";

export const CLUSTER_PROGRAMS = [
  "cni",
  "containerd",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-proxy",
  "kube-scheduler",
  "kubelet",
  "nft",
  "runc",
] as const;
export type ClusterProgram = (typeof CLUSTER_PROGRAMS)[number];

/** Everything the cluster's supervisor needs to know; `up` writes it, the supervisor reads it. */
export interface ClusterSpec {
  /** The whole sandbox's folder. */
  readonly folder: string;
  readonly registryPort: number;
  readonly pauseImage: string;
  readonly cgroup: string;
  readonly network: NetworkPlan;
  readonly programs: Readonly<Record<ClusterProgram, string>>;
}

export const NODE_NAME = "sandbox";

/** Where the files of a cluster are, from the sandbox's folder. */
export function clusterFiles(folder: string) {
  const within = (name: string) => path.join(folder, "cluster", name);
  return {
    spec: within("spec.json"),
    /** Written once the node is ready; holds no data. */
    ready: within("ready"),
    tokens: within("tokens.json"),
    tokenTable: within("tokens.csv"),
    etcd: within("etcd"),
    containerd: within("containerd"),
    certificates: within("pki"),
    /** The API server makes this certificate itself; its own authority is in the same file. */
    authority: within("pki/apiserver.crt"),
    serviceAccountKey: within("pki/service-accounts.key"),
    serviceAccountPublicKey: within("pki/service-accounts.pub"),
    kubeletClientKey: within("pki/kubelet-client.key"),
    kubeletClientCertificate: within("pki/kubelet-client.crt"),
    kubeconfig: (user: string) => within(`${user}.kubeconfig`),
    containerdConfig: within("containerd.toml"),
    cni: within("cni"),
    cniConfig: within("cni/10-sandbox.conflist"),
    log: (daemon: string) => path.join(folder, "logs", `${daemon}.log`),
    kubeletConfig: within("kubelet.json"),
    kubeProxyConfig: within("kube-proxy.json"),
  };
}

export type ClusterFiles = ReturnType<typeof clusterFiles>;

/** Inside the cluster's own mounts, `/run` is an empty file system of its own. */
export const RUN = {
  containerdSocket: "/run/containerd/containerd.sock",
  containerdState: "/run/containerd",
  cniData: "/run/cni",
  network: "sandbox",
  networkFile: "/run/netns/sandbox",
} as const;

export const apiServer = ({ nodeAddress }: NetworkPlan): string => `https://${nodeAddress}:6443`;
