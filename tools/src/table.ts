import { ToolsError } from "./problem";
import type { Check, GoSource, Tool } from "./tool";

const KUBERNETES = "1.36.3";
const kubernetes = (name: string): GoSource =>
  goBuild("kubernetes", KUBERNETES, name, `k8s.io/kubernetes/cmd/${name}`);
const kubernetesCheck: Check = { ask: ["--version"], fits: { from: "1.36", before: "1.37" } };

function goBuild(recipe: string, version: string, program: string, goPackage: string): GoSource {
  return { kind: "go", version, builds: [{ recipe, package: goPackage, program }] };
}

const PULUMI_NODE = "github.com/pulumi/pulumi/sdk/v3";

/** In the order in which they are brought: what a cluster needs first comes first. */
export const TOOLS = [
  {
    name: "etcd",
    check: { ask: ["--version"], fits: { from: "3.5", before: "4" } },
    sources: [goBuild("etcd", "3.7.3", "etcd", "go.etcd.io/etcd/server/v3")],
  },
  {
    name: "olareg",
    check: { ask: ["version"], fits: { from: "0.1.2", before: "0.2" } },
    sources: [goBuild("olareg", "0.1.2", "olareg", "github.com/olareg/olareg/cmd/olareg")],
  },
  { name: "kube-apiserver", check: kubernetesCheck, sources: [kubernetes("kube-apiserver")] },
  {
    name: "kube-controller-manager",
    check: kubernetesCheck,
    sources: [kubernetes("kube-controller-manager")],
  },
  { name: "kube-scheduler", check: kubernetesCheck, sources: [kubernetes("kube-scheduler")] },
  { name: "kubelet", check: kubernetesCheck, sources: [kubernetes("kubelet")] },
  { name: "kube-proxy", check: kubernetesCheck, sources: [kubernetes("kube-proxy")] },
  {
    name: "kubectl",
    // Kubernetes promises one minor version of difference to the API server.
    check: { ask: ["version", "--client"], fits: { from: "1.35", before: "1.38" } },
    sources: [kubernetes("kubectl")],
  },
  { name: "pause", sources: [goBuild("pause", "1", "pause", "waybill.invalid/tools/pause")] },
  {
    name: "containerd",
    companions: ["ctr", "containerd-shim-runc-v2"],
    check: { ask: ["--version"], fits: { from: "1.6", before: "2" } },
    sources: [{ kind: "debian", packages: ["containerd"] }],
  },
  {
    name: "runc",
    check: { ask: ["--version"], fits: { from: "1.1", before: "2" } },
    sources: [{ kind: "debian", packages: ["runc"] }],
  },
  {
    // The folder of container network plugins is no part of PATH, and /usr/sbin/bridge is another program.
    name: "cni",
    program: "bridge",
    companions: ["host-local", "loopback", "portmap", "firewall"],
    sources: [{ kind: "debian", packages: ["containernetworking-plugins"] }],
  },
  {
    name: "nft",
    check: { ask: ["--version"], fits: { from: "1.0.1", before: "2" } },
    sources: [
      {
        kind: "debian",
        ownLibraries: true,
        packages: [
          ...["nftables", "libnftables1", "libnftnl11", "libmnl0", "libjansson4", "libxtables12"],
          ...["libgmp10", "libedit2", "libbsd0", "libmd0"],
        ],
      },
    ],
  },
  {
    // A CLI of the vendor brings its own language host in the same folder; without one it is not used, because a foreign host
    // may be too old or too new for it. What is built here is the pair that was seen to work: CLI 3.200.0 with host 3.66.0.
    name: "pulumi",
    companions: ["pulumi-language-nodejs"],
    check: { ask: ["version"], fits: { from: "3.200.0", before: "4" } },
    sources: [
      {
        kind: "archive",
        version: "3.221.0",
        url: "https://get.pulumi.com/releases/sdk",
        files: {
          "linux x64": {
            name: "pulumi-v3.221.0-linux-x64.tar.gz",
            sha256: "fe736f91b4153f94f859870e34dda01e648552c25f702c8a42282acf3a5db9ad",
          },
          "linux arm64": {
            name: "pulumi-v3.221.0-linux-arm64.tar.gz",
            sha256: "baaf077a8b851da4fd1f6434860b56fec43f877709fe5a22ed3bbd335af57a37",
          },
        },
        folder: "pulumi",
      },
      {
        kind: "go",
        version: "3.200.0",
        builds: [
          { recipe: "pulumi", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", program: "pulumi" },
          {
            recipe: "pulumi-language-nodejs",
            package: `${PULUMI_NODE}/nodejs/cmd/pulumi-language-nodejs`,
            program: "pulumi-language-nodejs",
          },
        ],
        copies: ["pulumi-analyzer-policy", "pulumi-resource-pulumi-nodejs"].map((script) => ({
          recipe: "pulumi-language-nodejs",
          module: PULUMI_NODE,
          path: `nodejs/dist/${script}`,
        })),
      },
    ],
  },
  {
    name: "buildkitd",
    check: { ask: ["--version"], fits: { from: "0.31", before: "0.32" } },
    sources: [goBuild("image-build", "0.31.0", "buildkitd", "github.com/moby/buildkit/cmd/buildkitd")],
  },
  {
    name: "buildctl",
    check: { ask: ["--version"], fits: { from: "0.31", before: "0.32" } },
    sources: [goBuild("image-build", "0.31.0", "buildctl", "github.com/moby/buildkit/cmd/buildctl")],
  },
  {
    // It has no way to ask its version.
    name: "pulumi-resource-docker-build",
    sources: [
      goBuild(
        "image-build",
        "0.0.22",
        "pulumi-resource-docker-build",
        "github.com/pulumi/pulumi-docker-build/provider/cmd/pulumi-resource-docker-build",
      ),
    ],
  },
  {
    // Its documents have kept their form since 1.0.
    name: "syft",
    check: { ask: ["version"], fits: { from: "1.20", before: "2" } },
    sources: [goBuild("syft", "1.33.0", "syft", "github.com/anchore/syft/cmd/syft")],
  },
  {
    name: "timestamp-server",
    sources: [
      goBuild(
        "timestamp-server",
        "2.0.3",
        "timestamp-server",
        "github.com/sigstore/timestamp-authority/v2/cmd/timestamp-server",
      ),
    ],
  },
  // Only the tests ask for these: the other side that must understand what we sign.
  {
    name: "cosign",
    check: { ask: ["version"], fits: { from: "3.1", before: "4" } },
    sources: [goBuild("cosign", "3.1.3", "cosign", "github.com/sigstore/cosign/v3/cmd/cosign")],
  },
  { name: "fulcio", sources: [goBuild("fulcio", "1.8.8", "fulcio", "github.com/sigstore/fulcio")] },
  {
    name: "rekor-server",
    sources: [
      goBuild(
        "rekor-server",
        "2.3.0",
        "rekor-server",
        "github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix",
      ),
    ],
  },
] as const satisfies readonly Tool[];

export type ToolName = (typeof TOOLS)[number]["name"];

export const toolNames: readonly ToolName[] = TOOLS.map((tool) => tool.name);

/** The rows of these names, in the order of the table. */
export function rowsOf(names: readonly string[]): Tool[] {
  const unknown = names.find((name) => !TOOLS.some((tool) => tool.name === name));
  if (unknown === undefined) return TOOLS.filter((tool) => names.includes(tool.name));
  throw new ToolsError("UNKNOWN_TOOL", {
    about: `tool "${unknown}"`,
    expected: `one of ${toolNames.join(", ")}`,
    found: "no such row",
    next: "Correct the name.",
  });
}
