import { BASICS, messagesOf, run, SIGNATURES, type TestResource, unknown, without } from "./engine";

const RULE = "image-pinned-by-digest";
const PINNED = `registry.example/app@sha256:${"a".repeat(64)}`;
const TAG = "registry.example/app:7";

type Make = (image: unknown) => TestResource;
const kubernetes = (type: string, props: object): TestResource => ({
  type: `kubernetes:${type}`,
  props: props as Record<string, unknown>,
});

const CARRIERS: readonly (readonly [name: string, path: string, make: Make])[] = [
  [
    "POL-047: ECS task definition, a JSON text",
    "containerDefinitions[0].image",
    (image) => ({
      type: "aws:ecs/taskDefinition:TaskDefinition",
      props: { containerDefinitions: JSON.stringify([{ name: "app", image }]) },
    }),
  ],
  [
    "POL-047: Lambda",
    "imageUri",
    (imageUri) => ({ type: "aws:lambda/function:Function", props: { packageType: "Image", imageUri } }),
  ],
  [
    "POL-047: docker.RemoteImage",
    "name",
    (name) => ({ type: "docker:index/remoteImage:RemoteImage", props: { name } }),
  ],
  [
    "POL-047: Cloud Run",
    "template.containers[0].image",
    (image) => ({ type: "gcp:cloudrunv2/service:Service", props: { template: { containers: [{ image }] } } }),
  ],
  [
    "POL-047: ConfigGroup, what stands in its arguments",
    "objs[0].spec.containers[0].image",
    (image) =>
      kubernetes("yaml/v2:ConfigGroup", {
        objs: [{ apiVersion: "v1", kind: "Pod", spec: { containers: [{ image }] } }],
      }),
  ],
  [
    "POL-047: a Patch",
    "spec.template.spec.containers[0].image",
    (image) =>
      kubernetes("apps/v1:StatefulSetPatch", { spec: { template: { spec: { containers: [{ image }] } } } }),
  ],
  [
    "POL-031: Argo Rollout",
    "spec.template.spec.containers[0].image",
    (image) =>
      kubernetes("argoproj.io/v1alpha1:Rollout", {
        spec: { template: { spec: { containers: [{ image }] } } },
      }),
  ],
  [
    "POL-022: a workload of kube-system",
    "spec.template.spec.containers[0].image",
    (image) =>
      kubernetes("apps/v1:DaemonSet", {
        metadata: { namespace: "kube-system" },
        spec: { template: { spec: { containers: [{ image }] } } },
      }),
  ],
  [
    "POL-015: a workload with forged annotations",
    "spec.containers[0].image",
    (image) =>
      kubernetes("core/v1:Pod", {
        metadata: { annotations: { "kyverno.io/verify-images": "pass", "waybill.dev/decided": "true" } },
        spec: { containers: [{ image }] },
      }),
  ],
];

describe.each(CARRIERS)("%s", (_name, path, make) => {
  test("a digest passes", async () => {
    expect(await messagesOf(RULE, [make(PINNED)])).toEqual([]);
  });

  test("a tag is refused outside dev", async () => {
    const [message, ...others] = await messagesOf(RULE, [make(TAG)]);
    expect(message).toContain(`, ${path}`);
    expect(message).toContain('found only the tag "7"');
    expect(others).toEqual([]);
    expect(await messagesOf(RULE, [make(TAG)], { environment: "dev" })).toEqual([]);
  });
});

test.each(CARRIERS.filter(([name]) => !name.includes("JSON")))(
  "POL-045: %s, unknown",
  async (_name, path, make) => {
    const [message] = await messagesOf("image-known", [make(unknown)]);
    expect(message).toContain(`, ${path}: expected a value that is known`);
  },
);

test("POL-045: a task definition that is an output is unknown, and so is one that is no JSON", async () => {
  const task = (containerDefinitions: unknown) => ({
    type: "aws:ecs/taskDefinition:TaskDefinition",
    props: { containerDefinitions },
  });
  expect(await messagesOf("image-known", [task(unknown)])).toHaveLength(1);
  expect(await messagesOf("image-known", [task("[{")])).toHaveLength(1);
});

describe("POL-039: kinds that nobody knows", () => {
  const widget = (image: unknown) => kubernetes("shop.example/v1:Widget", { spec: { runtime: { image } } });
  const odd = (image: string) => kubernetes("shop.example/v1:Widget", { spec: { runtime: { uses: image } } });

  test("what looks like an image is refused outside dev, and a warning there", async () => {
    const [message] = await messagesOf(RULE, [widget(TAG)]);
    expect(message).toContain("list the kind in imagePaths of promotion.yaml");
    expect(await messagesOf(RULE, [widget(TAG)], { environment: "dev" }, "ADVISORY")).toHaveLength(1);
    expect(await messagesOf(RULE, [widget(PINNED)])).toEqual([]);
  });

  test("a path in promotion.yaml makes it a known one, whatever its name", async () => {
    const promotion = without(
      [...SIGNATURES, ...BASICS],
      "imagePaths: [{ group: shop.example, kind: Widget, path: spec.runtime.uses }]\n",
    );
    expect(await messagesOf(RULE, [odd("app:7")])).toEqual([]);
    expect(await messagesOf(RULE, [odd("app:7")], { promotion })).toHaveLength(1);
    expect(await messagesOf(RULE, [odd(PINNED)], { promotion })).toEqual([]);
    expect(await messagesOf(RULE, [odd("app:7")], { promotion, environment: "dev" })).toEqual([]);
  });
});

describe("no-hidden-images", () => {
  const task = { spec: { taskRef: { resolver: "hub", params: [{ name: "name", value: "build" }] } } };

  test("a Tekton task that is fetched from elsewhere is refused outside dev", async () => {
    const taskRun = kubernetes("tekton.dev/v1:TaskRun", task);
    const [message] = await messagesOf("no-hidden-images", [taskRun]);
    expect(message).toContain("spec.taskRef.resolver");
    expect(await run([taskRun], { environment: "dev" })).toEqual([]);
  });

  test("POL-043: so it is in a List", async () => {
    const items = [{ apiVersion: "tekton.dev/v1", kind: "TaskRun", ...task }];
    const [message] = await messagesOf("no-hidden-images", [kubernetes("core/v1:List", { items })]);
    expect(message).toContain("items[0].spec.taskRef.resolver");
  });

  test("POL-046: of a Helm release even what can be seen is refused", async () => {
    const release = kubernetes("helm.sh/v3:Release", { values: { image: { repository: "app", tag: "7" } } });
    expect(await messagesOf("no-hidden-images", [release])).toHaveLength(1);
    expect(await messagesOf(RULE, [release])).toHaveLength(1);
  });
});
