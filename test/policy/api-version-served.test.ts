import { messagesOf, type TestResource } from "./engine";

const object = (type: string, props: Record<string, unknown> = {}): TestResource => ({
  type: `kubernetes:${type}`,
  props,
});
const refused = (type: string, kubernetes?: string) =>
  messagesOf("api-version-served", [object(type)], {
    options: kubernetes === undefined ? {} : { kubernetes },
  });

test.each([
  ["apps/v1beta2:Deployment", "1.16"],
  ["extensions/v1beta1:Ingress", "1.22"],
  ["networking.k8s.io/v1beta1:Ingress", "1.22"],
  ["batch/v1beta1:CronJob", "1.25"],
  ["policy/v1beta1:PodDisruptionBudget", "1.25"],
  ["autoscaling/v2beta2:HorizontalPodAutoscaler", "1.26"],
  ["storage.k8s.io/v1beta1:CSIStorageCapacity", "1.27"],
  ["flowcontrol.apiserver.k8s.io/v1beta3:FlowSchema", "1.32"],
])("%s is served no more since %s", async (type, release) => {
  expect(await refused(type)).toEqual([
    expect.stringContaining(`which Kubernetes serves no more since ${release}`),
  ]);
  expect(await refused(type, release)).toHaveLength(1);
  const before = `1.${Number(release.split(".")[1]) - 1}`;
  expect(await refused(type, before)).toEqual([]);
});

test.each([
  "apps/v1:Deployment",
  "core/v1:Pod",
  "batch/v1:CronJob",
  "networking.k8s.io/v1:Ingress",
  "storage.k8s.io/v1beta1:VolumeAttributesClass",
])("%s is served", async (type) => {
  expect(await refused(type)).toEqual([]);
});

test("what an object says itself counts, in a List too", async () => {
  const old = { apiVersion: "batch/v1beta1", kind: "CronJob", metadata: { name: "nightly" } };
  const found = await messagesOf("api-version-served", [
    object("core/v1:List", { items: [old] }),
    object("batch/v1:CronJob", old),
  ]);
  expect(found).toEqual([
    expect.stringMatching(
      /^List "x", items\[0\]\.apiVersion of CronJob "nightly": expected batch\/v1, found batch\/v1beta1/,
    ),
    expect.stringMatching(/^CronJob "x", apiVersion of CronJob "nightly"/),
  ]);
});

test("it holds in dev as well", async () => {
  expect(
    await messagesOf("api-version-served", [object("batch/v1beta1:CronJob")], { environment: "dev" }),
  ).toHaveLength(1);
});
