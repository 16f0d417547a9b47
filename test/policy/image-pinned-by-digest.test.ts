import { promotionFile, run, secret, type TestResource, unknown } from "./engine";

const PINNED = `registry.example/app@sha256:${"a".repeat(64)}`;
const RULE = "image-pinned-by-digest";

type Wrap = (podSpec: unknown) => Record<string, unknown>;
const template: Wrap = (spec) => ({ spec: { template: { spec } } });
const workload = (
  podSpec: unknown,
  type = "kubernetes:apps/v1:Deployment",
  wrap = template,
): TestResource => ({
  type,
  props: { apiVersion: type.split(":")[1]?.replace("core/", ""), kind: type.split(":")[2], ...wrap(podSpec) },
});
const messages = async (...args: Parameters<typeof run>) => {
  const violations = await run(...args);
  expect(violations.filter(({ level }) => level !== "MANDATORY")).toEqual([]);
  return violations.filter(({ policy }) => policy === RULE).map(({ message }) => message);
};

const kinds: readonly (readonly [id: string, type: string, path: string, wrap: Wrap])[] = [
  ["Pod", "kubernetes:core/v1:Pod", "spec", (spec) => ({ spec })],
  ["POL-008", "kubernetes:apps/v1:ReplicaSet", "spec.template.spec", template],
  ["POL-009", "kubernetes:core/v1:ReplicationController", "spec.template.spec", template],
  ["POL-010", "kubernetes:core/v1:PodTemplate", "template.spec", (spec) => ({ template: { spec } })],
  ["POL-011", "kubernetes:batch/v1:Job", "spec.template.spec", template],
  [
    "POL-012",
    "kubernetes:batch/v1:CronJob",
    "spec.jobTemplate.spec.template.spec",
    (spec) => ({ spec: { jobTemplate: { spec: { template: { spec } } } } }),
  ],
  ["Deployment", "kubernetes:apps/v1:Deployment", "spec.template.spec", template],
  ["StatefulSet", "kubernetes:apps/v1:StatefulSet", "spec.template.spec", template],
  ["DaemonSet", "kubernetes:apps/v1:DaemonSet", "spec.template.spec", template],
];

describe.each(kinds)("%s: %s", (_id, type, path, wrap) => {
  test.each([
    [
      "a container",
      {
        containers: [
          { name: "c", image: PINNED },
          { name: "d", image: "app:1" },
        ],
      },
      "containers[1].image",
    ],
    [
      "POL-003: a native sidecar",
      { initContainers: [{ image: "app:1", restartPolicy: "Always" }] },
      "initContainers[0].image",
    ],
    [
      "POL-004: an ephemeral container",
      { ephemeralContainers: [{ image: "app:1" }] },
      "ephemeralContainers[0].image",
    ],
    [
      "POL-005: an image volume",
      { volumes: [{ image: { reference: "app:1" } }] },
      "volumes[0].image.reference",
    ],
  ])("refuses a tag in %s", async (_name, podSpec, field) => {
    const found = await messages([workload(podSpec, type, wrap)]);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${path}.${field}`);
  });

  test("accepts digests in every field", async () => {
    const podSpec = {
      containers: [{ image: PINNED }],
      initContainers: [{ image: `app:1@sha256:${"b".repeat(64)}` }],
      ephemeralContainers: [{ image: PINNED }],
      volumes: [{ image: { reference: PINNED } }, { emptyDir: {} }],
    };
    expect(await run([workload(podSpec, type, wrap)])).toEqual([]);
  });
});

test("the message names resource, path, container, image, what was expected and found, what to do, and the environment", async () => {
  const [message] = await messages([
    { ...workload({ containers: [{ name: "app", image: "redis:7" }] }), name: "web" },
  ]);
  expect(message).toBe(
    'Deployment "web", spec.template.spec.containers[0].image of "app", image "redis:7": expected a digest, as in ' +
      'repository@sha256:…, found only the tag "7". Write the image as host[:port]/repository@sha256:…. ' +
      `This is the environment staging of ${promotionFile}.`,
  );
});

test("POL-006: an image volume without a reference is skipped", async () => {
  expect(await run([workload({ volumes: [{ image: { reference: "" } }] })])).toEqual([]);
});

test("POL-029: beside a digest the tag is decoration", async () => {
  expect(await run([workload({ containers: [{ image: `redis:latest@sha256:${"c".repeat(64)}` }] })])).toEqual(
    [],
  );
});

test("POL-043: every item of a List", async () => {
  const items = [
    { apiVersion: "v1", kind: "Pod", spec: { containers: [{ image: PINNED }] } },
    { apiVersion: "apps/v1", kind: "Deployment", ...template({ containers: [{ image: "app:1" }] }) },
  ];
  const [message, ...others] = await messages([
    { type: "kubernetes:core/v1:List", props: { apiVersion: "v1", kind: "List", items } },
  ]);
  expect(message).toContain("items[1].spec.template.spec.containers[0].image");
  expect(others).toEqual([]);
});

test("POL-047: a Patch resource is its kind", async () => {
  const patch = {
    type: "kubernetes:apps/v1:DeploymentPatch",
    props: template({ containers: [{ image: "app:1" }] }),
  };
  expect(await messages([patch])).toHaveLength(1);
  expect(
    await messages([{ ...patch, props: { apiVersion: "apps/v1", kind: "Deployment", ...patch.props } }]),
  ).toHaveLength(1);
});

test("POL-049: runtime class, pull secrets and host process change nothing", async () => {
  const podSpec = {
    runtimeClassName: "x",
    imagePullSecrets: [{ name: "y" }],
    containers: [{ image: "app:1" }],
  };
  expect(
    await messages([workload({ ...podSpec, securityContext: { windowsOptions: { hostProcess: true } } })]),
  ).toHaveLength(1);
});

test("a type that hides its kind is checked as both", async () => {
  const props = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    ...template({ containers: [{ image: "app:1" }] }),
  };
  expect(await messages([{ type: "kubernetes:core/v1:ConfigMap", props }])).toHaveLength(1);
  const disguised = { ...props, apiVersion: "v1", kind: "ConfigMap" };
  expect(await messages([{ type: "kubernetes:apps/v1:Deployment", props: disguised }])).toHaveLength(1);
});

test("a custom kind is searched for pod specs", async () => {
  const type = "kubernetes:argoproj.io/v1alpha1:Rollout";
  expect(await messages([workload({ containers: [{ image: "app:1" }] }, type)])).toHaveLength(1);
  expect(await messages([workload({ containers: [{ image: PINNED }] }, type)])).toEqual([]);
  expect(
    await messages([workload({ containers: [{ image: "app:1" }] }, type)], { environment: "dev" }),
  ).toEqual([]);
});

test("other providers' resources are not Kubernetes objects", async () => {
  expect(
    await run([{ type: "random:index:Pet", props: template({ containers: [{ image: "app:1" }] }) }]),
  ).toEqual([]);
});

describe("in dev", () => {
  test("tags may float", async () => {
    expect(
      await run([workload({ containers: [{ image: "app:1" }, { image: "app" }] })], { environment: "dev" }),
    ).toEqual([]);
  });

  test.each([`sha256:${"f".repeat(64)}`, "app:", "$(IMAGE)", "Docker/app:1"])(
    "%s is no image there either",
    async (image) => {
      expect(await messages([workload({ containers: [{ image }] })], { environment: "dev" })).toHaveLength(1);
    },
  );
});

describe("POL-048: a secret image", () => {
  const tagged = workload({ containers: [{ name: "hush", image: secret("s3cret.example/app:1") }] });

  test("is resolved and refused, and not shown", async () => {
    const [message] = await messages([tagged]);
    expect(message).toContain("spec.template.spec.containers[0].image: expected a digest");
    expect(message).toContain("may be a secret");
    expect(message).not.toContain("s3cret");
  });

  test.each([
    ["its container", { containers: [secret({ name: "hush", image: "s3cret.example/app:s3cret" })] }],
    ["all containers", { containers: secret([{ name: "hush", image: "s3cret.example/app" }]) }],
    ["the pod spec", secret({ containers: [{ name: "s3cret", image: "app:1" }] })],
  ])("nor when %s is the secret", async (_name, podSpec) => {
    const [message] = await messages([workload(podSpec)]);
    expect(message).toMatch(/may be a secret/);
    expect(message).not.toMatch(/s3cret|hush/);
  });

  test("nor when the policy that notes secrets was switched off", async () => {
    const [message] = await messages([tagged], { remediate: false });
    expect(message).toMatch(/may be a secret/);
    expect(message).not.toContain("s3cret");
  });

  test("passes with a digest, and other values stay visible", async () => {
    expect(await run([workload({ containers: [{ image: secret(PINNED) }] })])).toEqual([]);
    const [message] = await messages([
      workload({ containers: [{ image: "app:1", env: [{ value: secret("s3cret") }] }] }),
    ]);
    expect(message).toContain('image "app:1"');
  });
});

test("POL-045: unknown values beside the image do not weaken the refusal", async () => {
  const podSpec = {
    serviceAccountName: unknown,
    containers: [{ name: unknown, image: "app:1", env: unknown }],
  };
  expect(await messages([workload(podSpec)])).toHaveLength(1);
});
