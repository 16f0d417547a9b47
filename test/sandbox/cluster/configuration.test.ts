import { configuration } from "../../../sandbox/src/cluster/configuration";
import { firstDaemons, laterDaemons } from "../../../sandbox/src/cluster/daemons";
import {
  CLUSTER_PROGRAMS,
  type ClusterProgram,
  clusterFiles,
  type ClusterSpec,
} from "../../../sandbox/src/cluster/spec";
import { networkPlan } from "../../../sandbox/src/network";

const spec: ClusterSpec = {
  folder: "/s/sandbox-5800",
  registryPort: 5800,
  pauseImage: "127.0.0.1:5800/base/pause:1",
  cgroup: "waybill-5800",
  network: networkPlan(5800),
  programs: Object.fromEntries(CLUSTER_PROGRAMS.map((name) => [name, `/t/${name}`])) as Record<
    ClusterProgram,
    string
  >,
};
const files = clusterFiles(spec.folder);
const daemons = [...firstDaemons(spec, files), ...laterDaemons(spec, files)];
const json = (file: string) => JSON.parse(configuration(spec).get(file) ?? "") as Record<string, unknown>;

test("the kubelet keeps to its own control group and lets in nobody but the API server", () => {
  expect(json(files.kubeletConfig)).toMatchObject({
    cgroupRoot: "/waybill-5800",
    readOnlyPort: 0,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: files.kubeletClientCertificate },
    },
  });
  const apiServer = daemons.find(({ name }) => name === "kube-apiserver");
  expect(apiServer?.command).toContain("--anonymous-auth=false");
});

test("every address that something listens on is the cluster's loopback or its node address", () => {
  const given = [...daemons.flatMap(({ command }) => command), ...configuration(spec).values()].join("\n");
  const addresses = new Set(given.match(/\b\d+\.\d+\.\d+\.\d+\b(?!\/)/g));
  expect([...addresses].sort()).toEqual(["127.0.0.1", "198.18.168.129", "198.18.168.2"]);
  expect(given).not.toMatch(/0\.0\.0\.0(?!\/0)/);
});

test("nothing is written outside the sandbox's folder and the cluster's own /run", () => {
  const given = [...daemons.flatMap(({ command }) => command.slice(1)), ...configuration(spec).values()].join(
    "\n",
  );
  const paths = [...given.matchAll(/(?:[="]|unix:\/\/)(\/[^",\s]+)/g)].map(([, file = ""]) => file);
  const elsewhere = paths.filter((file) => !/^(\/s\/sandbox-5800|\/run|\/t)\//.test(file));
  expect(elsewhere).toEqual(["/waybill-5800"]);
});
