import { messagesOf, run, SIGNATURES, type TestResource, unknown, without } from "./engine";

const promotion = without(
  SIGNATURES,
  "external: [{ repository: docker.io/library/redis, owner: o@example.com, reason: cache, expires: 2026-07-01 }]\n",
);
const HEX = "a".repeat(64);
const IMAGE = `registry.example/app@sha256:${HEX}`;

type Fields = Readonly<Record<string, unknown>>;
const probe = { httpGet: { path: "/", port: 80 } };
const container = (more: Fields = {}): Fields => ({
  name: "app",
  image: IMAGE,
  resources: { requests: { cpu: "10m", memory: "1Mi" }, limits: { memory: "1Mi" } },
  readinessProbe: probe,
  livenessProbe: probe,
  ...more,
});
const LABELS = { "waybill.dev/commit": "c0ffee", "waybill.dev/digest": HEX.slice(0, 32) };

interface Parts {
  readonly container?: Fields;
  readonly spec?: Fields;
  readonly labels?: unknown;
  readonly more?: Fields;
}

function deployment(parts: Parts = {}, type = "apps/v1:Deployment"): TestResource {
  return {
    type: `kubernetes:${type}`,
    name: "web",
    props: {
      metadata: { name: "web", namespace: "shop" },
      spec: {
        ...parts.more,
        template: {
          metadata: { labels: parts.labels ?? LABELS },
          spec: { serviceAccountName: "web", containers: [container(parts.container)], ...parts.spec },
        },
      },
    },
  };
}

const job = (parts: Parts = {}) =>
  deployment({ ...parts, spec: { restartPolicy: "Never", ...parts.spec } }, "batch/v1:Job");
const networkPolicy = (namespace: unknown = "shop"): TestResource => ({
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "policy",
  props: { metadata: { namespace } },
});
const messages = (rule: string, resource: TestResource, preview = true) =>
  messagesOf(rule, [resource], { promotion, preview });

test("a workload with all of it passes", async () => {
  expect(
    await run(
      [
        deployment(),
        job({ container: { readinessProbe: undefined, livenessProbe: undefined } }),
        networkPolicy(),
      ],
      { promotion },
    ),
  ).toEqual([]);
});

test("dev asks for none of it", async () => {
  const bare = {
    type: "kubernetes:core/v1:Pod",
    props: { spec: { volumes: [{ hostPath: {} }], containers: [{ image: IMAGE }] } },
  };
  expect(await run([bare], { promotion, environment: "dev" })).toEqual([]);
});

test("a bare pod lacks everything, and a Patch of one nothing but what it sets", async () => {
  const props = { spec: { volumes: [{ hostPath: { path: "/" } }], containers: [{ image: IMAGE }] } };
  const found = async (type: string) =>
    (await run([{ type, props }], { promotion })).map(({ policy }) => policy);
  expect(await found("kubernetes:core/v1:Pod")).toEqual([
    "workload-resources",
    "workload-probes",
    "workload-service-account",
    "workload-provenance-labels",
    "workload-storage",
    "workload-network-policy",
  ]);
  expect(await found("kubernetes:core/v1:PodPatch")).toEqual(["workload-storage"]);
});

const REFUSED: readonly (readonly [rule: string, what: string, resource: TestResource, words: RegExp])[] = [
  [
    "workload-resources",
    "no resources",
    deployment({ container: { resources: undefined } }),
    /containers\[0\]\.resources of "app": .* found no requests\.cpu, no requests\.memory, no limits\.memory/,
  ],
  [
    "workload-resources",
    "no limit",
    deployment({ container: { resources: { requests: { cpu: 1, memory: 1 } } } }),
    /found no limits\.memory\./,
  ],
  [
    "workload-resources",
    "an init container without",
    deployment({ spec: { initContainers: [{ name: "i", image: IMAGE }] } }),
    /initContainers\[0\]\.resources/,
  ],
  ["workload-resources", "a job's too", job({ container: { resources: {} } }), /found no requests/],
  [
    "workload-probes",
    "no probes",
    deployment({ container: { readinessProbe: undefined, livenessProbe: null } }),
    /found no readinessProbe, no livenessProbe/,
  ],
  [
    "workload-service-account",
    "none",
    deployment({ spec: { serviceAccountName: undefined } }),
    /serviceAccountName: .* the default one/,
  ],
  [
    "workload-service-account",
    "the default one",
    deployment({ spec: { serviceAccountName: "default" } }),
    /the default one/,
  ],
  [
    "workload-provenance-labels",
    "none",
    deployment({ labels: {} }),
    /spec\.template\.metadata\.labels: .* found no waybill\.dev\/commit, no waybill\.dev\/digest/,
  ],
  [
    "workload-provenance-labels",
    "another digest's",
    deployment({ labels: { ...LABELS, "waybill.dev/digest": "b".repeat(32) } }),
    /of another image/,
  ],
  [
    "workload-storage",
    "a host's folder",
    deployment({ spec: { volumes: [{}, { hostPath: { path: "/" } }] } }),
    /volumes\[1\]\.hostPath: expected storage that goes with the workload/,
  ],
  [
    "workload-storage",
    "a disk without end",
    deployment({ spec: { volumes: [{ emptyDir: {} }] } }),
    /volumes\[0\]\.emptyDir: expected a sizeLimit/,
  ],
  [
    "workload-storage",
    "a default class in an ephemeral volume",
    deployment({ spec: { volumes: [{ ephemeral: { volumeClaimTemplate: { spec: {} } } }] } }),
    /volumeClaimTemplate\.spec\.storageClassName/,
  ],
  [
    "workload-storage",
    "a default class in a stateful set",
    deployment({ more: { volumeClaimTemplates: [{ spec: {} }] } }, "apps/v1:StatefulSet"),
    /spec\.volumeClaimTemplates\[0\]\.spec\.storageClassName/,
  ],
  [
    "workload-storage",
    "a default class in a claim",
    { type: "kubernetes:core/v1:PersistentVolumeClaim", props: { spec: {} } },
    / "x", spec\.storageClassName/,
  ],
  [
    "workload-storage",
    "a volume on a node",
    { type: "kubernetes:core/v1:PersistentVolume", props: { spec: { hostPath: {} } } },
    /spec\.hostPath/,
  ],
];

test.each(REFUSED)("%s refuses: %s", async (rule, _what, resource, words) => {
  const found = await messages(rule, resource);
  expect(found).toEqual([expect.stringMatching(words)]);
});

const ACCEPTED: readonly (readonly [rule: string, what: string, resource: TestResource])[] = [
  [
    "workload-resources",
    "those of the pod",
    deployment({
      container: { resources: undefined },
      spec: { resources: { requests: { cpu: 1, memory: 1 }, limits: { memory: 1 } } },
    }),
  ],
  [
    "workload-provenance-labels",
    "an image of others",
    deployment({ container: { image: `redis@sha256:${HEX}` }, labels: {} }),
  ],
  [
    "workload-storage",
    "a disk with an end",
    deployment({ spec: { volumes: [{ emptyDir: { sizeLimit: "1Mi" } }] } }),
  ],
  [
    "workload-storage",
    "a class",
    { type: "kubernetes:core/v1:PersistentVolumeClaim", props: { spec: { storageClassName: "fast" } } },
  ],
  [
    "workload-storage",
    "a volume by name",
    { type: "kubernetes:core/v1:PersistentVolumeClaim", props: { spec: { volumeName: "v" } } },
  ],
  // What an operator fills in is not a pod as it runs.
  [
    "workload-probes",
    "side cars of an operator",
    {
      type: "kubernetes:monitoring.coreos.com/v1:Prometheus",
      props: { spec: { containers: [{ image: IMAGE }] } },
    },
  ],
];

test.each(ACCEPTED)("%s accepts: %s", async (rule, _what, resource) => {
  expect(await messages(rule, resource)).toEqual([]);
});

test.each([
  ["workload-resources", deployment({ container: { resources: unknown } })],
  ["workload-probes", deployment({ container: { livenessProbe: unknown } })],
  ["workload-service-account", deployment({ spec: { serviceAccountName: unknown } })],
  ["workload-provenance-labels", deployment({ labels: unknown })],
  ["workload-storage", deployment({ spec: { volumes: unknown } })],
])("%s: what is not known yet is a warning in preview, and refused in an update", async (rule, resource) => {
  const options = { promotion, preview: true };
  expect(await messagesOf(rule, [resource], options, "ADVISORY")).toEqual([
    expect.stringContaining("It is checked again in the update."),
  ]);
  expect(await messages(rule, resource, false)).toHaveLength(1);
});

describe("workload-network-policy", () => {
  const rule = "workload-network-policy";
  const refused = (resources: readonly TestResource[]) => messagesOf(rule, resources, { promotion });

  test("each namespace needs one of its own", async () => {
    expect(await refused([deployment(), networkPolicy()])).toEqual([]);
    expect(await refused([deployment(), networkPolicy("other")])).toEqual([
      expect.stringMatching(
        /^Deployment "web", metadata\.namespace: expected a NetworkPolicy in this namespace/,
      ),
    ]);
    expect(await refused([deployment(), networkPolicy(unknown)])).toHaveLength(1);
  });

  test("one in a List counts, and so does a workload in one", async () => {
    const item = (kind: string, apiVersion: string, props: object) => ({ apiVersion, kind, ...props });
    const metadata = { namespace: "shop" };
    const list = (...items: object[]): TestResource => ({
      type: "kubernetes:core/v1:List",
      props: { items },
    });
    const policy = item("NetworkPolicy", "networking.k8s.io/v1", { metadata });
    const pod = item("Pod", "v1", { metadata, spec: { containers: [container()] } });
    expect(await refused([deployment(), list(policy)])).toEqual([]);
    expect(await refused([list(pod)])).toHaveLength(1);
    expect(await refused([list(pod, policy)])).toEqual([]);
  });
});
