import { type ClusterFiles, type ClusterSpec, NODE_NAME, RUN } from "./spec";

export interface Daemon {
  readonly name: string;
  readonly command: readonly string[];
}

const ETCD = "http://127.0.0.1:2379";

/** What the rest of the cluster waits for. */
export function firstDaemons(spec: ClusterSpec, files: ClusterFiles): Daemon[] {
  return [etcd(spec, files), apiServerDaemon(spec, files), containerd(spec, files)];
}

export function laterDaemons(spec: ClusterSpec, files: ClusterFiles): Daemon[] {
  return [
    controllerManager(spec, files),
    scheduler(spec, files),
    kubelet(spec, files),
    kubeProxy(spec, files),
  ];
}

function etcd({ programs }: ClusterSpec, files: ClusterFiles): Daemon {
  return {
    name: "etcd",
    command: [
      programs.etcd,
      `--data-dir=${files.etcd}`,
      `--listen-client-urls=${ETCD}`,
      `--advertise-client-urls=${ETCD}`,
      "--listen-peer-urls=http://127.0.0.1:2380",
      // A killed process loses nothing; only a power cut could, and a sandbox may be made anew.
      "--unsafe-no-fsync",
      "--log-level=warn",
    ],
  };
}

function apiServerDaemon({ programs, network }: ClusterSpec, files: ClusterFiles): Daemon {
  return {
    name: "kube-apiserver",
    command: [
      programs["kube-apiserver"],
      `--etcd-servers=${ETCD}`,
      `--bind-address=${network.nodeAddress}`,
      `--advertise-address=${network.nodeAddress}`,
      `--service-cluster-ip-range=${network.services}`,
      `--cert-dir=${files.certificates}`,
      `--token-auth-file=${files.tokenTable}`,
      "--anonymous-auth=false",
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
      `--service-account-signing-key-file=${files.serviceAccountKey}`,
      `--service-account-key-file=${files.serviceAccountPublicKey}`,
      `--kubelet-client-certificate=${files.kubeletClientCertificate}`,
      `--kubelet-client-key=${files.kubeletClientKey}`,
      "--kubelet-preferred-address-types=InternalIP",
      "--profiling=false",
    ],
  };
}

function containerd({ programs }: ClusterSpec, files: ClusterFiles): Daemon {
  return {
    name: "containerd",
    command: [programs.containerd, "--config", files.containerdConfig, "--log-level", "warn"],
  };
}

function controllerManager({ programs }: ClusterSpec, files: ClusterFiles): Daemon {
  return {
    name: "kube-controller-manager",
    command: [
      programs["kube-controller-manager"],
      `--kubeconfig=${files.kubeconfig("controller-manager")}`,
      `--service-account-private-key-file=${files.serviceAccountKey}`,
      `--root-ca-file=${files.authority}`,
      ...loopbackOnly(files),
    ],
  };
}

function scheduler({ programs }: ClusterSpec, files: ClusterFiles): Daemon {
  return {
    name: "kube-scheduler",
    command: [
      programs["kube-scheduler"],
      `--kubeconfig=${files.kubeconfig("scheduler")}`,
      ...loopbackOnly(files),
    ],
  };
}

const loopbackOnly = (files: ClusterFiles): string[] => [
  "--leader-elect=false",
  "--bind-address=127.0.0.1",
  `--cert-dir=${files.certificates}`,
  "--profiling=false",
];

function kubelet({ programs, network }: ClusterSpec, files: ClusterFiles): Daemon {
  return {
    name: "kubelet",
    command: [
      programs.kubelet,
      `--config=${files.kubeletConfig}`,
      `--kubeconfig=${files.kubeconfig("node")}`,
      `--cert-dir=${files.certificates}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${network.nodeAddress}`,
    ],
  };
}

function kubeProxy({ programs }: ClusterSpec, files: ClusterFiles): Daemon {
  return {
    name: "kube-proxy",
    command: [
      programs["kube-proxy"],
      `--config=${files.kubeProxyConfig}`,
      `--hostname-override=${NODE_NAME}`,
    ],
  };
}

/** The supervisor itself stays in the machine's network; what it starts lives in the cluster's. */
export const inClusterNetwork = (command: readonly string[]): string[] => [
  "nsenter",
  `--net=${RUN.networkFile}`,
  "--",
  ...command,
];
