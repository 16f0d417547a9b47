import path from "node:path";
import { type ClusterFiles, clusterFiles, type ClusterSpec, RUN } from "./spec";

/** The text of every configuration file, by its place. */
export function configuration(spec: ClusterSpec): Map<string, string> {
  const files = clusterFiles(spec.folder);
  return new Map([
    [files.cniConfig, cniConfig(spec)],
    [files.containerdConfig, containerdConfig(spec, files)],
    [files.kubeletConfig, kubeletConfig(spec, files)],
    [files.kubeProxyConfig, kubeProxyConfig(spec, files)],
  ]);
}

function cniConfig({ network }: ClusterSpec): string {
  return JSON.stringify({
    cniVersion: "0.4.0",
    name: "sandbox",
    plugins: [
      {
        type: "bridge",
        bridge: "pods",
        isGateway: true,
        hairpinMode: true,
        ipam: {
          type: "host-local",
          dataDir: RUN.cniData,
          ranges: [[{ subnet: network.pods, gateway: network.podGateway }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
    ],
  });
}

/** TOML takes JSON's strings and lists as they are. */
function containerdConfig(spec: ClusterSpec, files: ClusterFiles): string {
  const text = JSON.stringify;
  return `version = 2
root = ${text(files.containerd)}
state = ${text(RUN.containerdState)}
disabled_plugins = ${text(UNUSED_PLUGINS)}

[grpc]
  address = ${text(RUN.containerdSocket)}

[plugins."io.containerd.internal.v1.opt"]
  path = ${text(path.join(files.containerd, "opt"))}

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${text(spec.pauseImage)}
  disable_apparmor = true
  # Where CAP_SYS_RESOURCE is missing, lowering the score fails and no pod would start.
  restrict_oom_score_adj = true

  [plugins."io.containerd.grpc.v1.cri".containerd]
    discard_unpacked_layers = true

  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"

  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
    BinaryName = ${text(spec.programs.runc)}
    SystemdCgroup = false

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${text(spec.programs.cni)}
    conf_dir = ${text(files.cni)}
`;
}

const UNUSED_PLUGINS = [
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
  "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.internal.v1.tracing",
];

function kubeletConfig(spec: ClusterSpec, files: ClusterFiles): string {
  return JSON.stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: spec.network.nodeAddress,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: files.kubeletClientCertificate },
    },
    authorization: { mode: "AlwaysAllow" },
    readOnlyPort: 0,
    healthzBindAddress: "127.0.0.1",
    containerRuntimeEndpoint: `unix://${RUN.containerdSocket}`,
    cgroupDriver: "cgroupfs",
    // Two sandboxes, or one beside a cluster of the machine, must never sweep each other's pods.
    cgroupRoot: `/${spec.cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    resolvConf: "",
    podLogsDir: "/run/pod-logs",
    volumePluginDir: "/run/volume-plugins",
    configMapAndSecretChangeDetectionStrategy: "Watch",
    serializeImagePulls: false,
    registryPullQPS: 0,
    // A developer's disk may be nearly full: that is no reason to evict anything here.
    imageGCHighThresholdPercent: 100,
    evictionHard: {
      "memory.available": "50Mi",
      "nodefs.available": "1%",
      "nodefs.inodesFree": "1%",
      "imagefs.available": "1%",
    },
  });
}

function kubeProxyConfig(spec: ClusterSpec, files: ClusterFiles): string {
  return JSON.stringify({
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    clientConnection: { kubeconfig: files.kubeconfig("proxy") },
    mode: "nftables",
    clusterCIDR: spec.network.pods,
    detectLocalMode: "ClusterCIDR",
    // Answers between pods of one bridge pass the node only this way where br_netfilter is not loaded.
    nftables: { masqueradeAll: true, minSyncPeriod: "100ms" },
    healthzBindAddress: "127.0.0.1:10256",
    metricsBindAddress: "127.0.0.1:10249",
    // The connection table belongs to the whole machine.
    conntrack: { maxPerCore: 0, min: 0 },
  });
}
