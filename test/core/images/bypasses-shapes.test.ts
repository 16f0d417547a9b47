import {
  checkPinned,
  findInPatch,
  findInResource,
  findImages,
  findMentions,
  hiddenInResource,
  UNKNOWN,
} from "@waybill/core/images";
import { DIGEST, find, shown } from "./manifests";

describe("POL-039: images at unusual paths", () => {
  test("of kinds that the table knows", () => {
    const runner =
      "{apiVersion: actions.summerwind.dev/v1alpha1, kind: RunnerDeployment, spec: {template: {spec: {image: 'r:1'}}}}";
    expect(shown(find(runner))).toEqual(["spec.template.spec.image = r:1"]);
    const spark =
      "{apiVersion: sparkoperator.k8s.io/v1beta2, kind: SparkApplication, spec: {image: 's:1', driver: {sidecars: [{image: 't:1'}]}}}";
    expect(shown(find(spark))).toEqual(["spec.image = s:1", "spec.driver.sidecars[0].image = t:1"]);
  });

  const unknown = `
apiVersion: example.com/v1
kind: Widget
spec:
  runtime: quay.io/org/runtime:v1.2
  taint: node.kubernetes.io/x:NoSchedule
  url: https://example.com/a:b
  engineImage: engine
  roles: { one: { image: "one:1" } }
  picture: { image: { repository: "org/pic", tag: x } }
status: { image: "old:1" }
`;

  test("of any other kind they are guessed", () => {
    expect(shown(find(unknown))).toEqual([
      "guess spec.runtime = quay.io/org/runtime:v1.2",
      "guess spec.engineImage = engine",
      "guess spec.roles.one.image = one:1",
      "guess spec.picture.image = org/pic:x",
    ]);
  });

  test("unless promotion.yaml names the path", () => {
    const paths = ["spec.runtime", "spec.roles.*.image"].map((path) => ({
      group: "example.com",
      kind: "Widget",
      path,
    }));
    expect(shown(find(unknown, paths))).toEqual([
      "spec.runtime = quay.io/org/runtime:v1.2",
      "spec.roles.one.image = one:1",
      "guess spec.engineImage = engine",
      "guess spec.picture.image = org/pic:x",
    ]);
    expect(shown(find(unknown, [{ group: "other.com", kind: "Widget", path: "spec.runtime" }]))).toContain(
      "guess spec.runtime = quay.io/org/runtime:v1.2",
    );
  });

  test("a path through a value that is unknown is an unknown image", () => {
    const object = { spec: { roles: UNKNOWN } };
    const paths = [{ group: "example.com", kind: "Widget", path: "spec.roles.*.image" }];
    expect(findImages({ apiVersion: "example.com/v1", kind: "Widget" }, object, paths)).toEqual([
      { path: "spec.roles", image: UNKNOWN },
    ]);
  });
});

describe("POL-041: images that are only named", () => {
  const pod = {
    metadata: { annotations: { "sidecar.istio.io/proxyImage": "istio/proxyv2:1", note: "a:1" } },
    spec: {
      containers: [
        {
          name: "operator",
          image: `a@${DIGEST}`,
          env: [
            { name: "RELATED_IMAGE_DB", value: "postgres:16" },
            { name: "ENDPOINT", value: "http://x:80" },
            { name: "ANY", value: "quay.io/org/app:v1" },
            { name: "IMAGE_PULL_POLICY", value: "Always" },
          ],
          args: ["--proxy-image=envoy:1", "--port=80", "--image", "sidecar:2", "quay.io/org/tool:v3", "a:b"],
        },
      ],
    },
  };

  test("are mentioned with their place, and are no finding of their own", () => {
    expect(findMentions(pod)).toEqual([
      { path: 'metadata.annotations["sidecar.istio.io/proxyImage"]', image: "istio/proxyv2:1" },
      { path: "spec.containers[0].env[0].value", image: "postgres:16", container: "operator" },
      { path: "spec.containers[0].env[2].value", image: "quay.io/org/app:v1", container: "operator" },
      { path: "spec.containers[0].args[0]", image: "envoy:1", container: "operator" },
      { path: "spec.containers[0].args[3]", image: "sidecar:2", container: "operator" },
      { path: "spec.containers[0].args[4]", image: "quay.io/org/tool:v3", container: "operator" },
    ]);
    expect(findImages({ apiVersion: "v1", kind: "Pod" }, pod)).toHaveLength(1);
  });
});

describe("POL-043: patches", () => {
  test("a merge patch, and a list of changes", () => {
    expect(
      shown(findInPatch({ spec: { template: { spec: { containers: [{ name: "a", image: "a:1" }] } } } })),
    ).toEqual(["spec.template.spec.containers[0].image = a:1"]);
    const changes = [
      { op: "replace", path: "/spec/containers/0/image", value: "a:1" },
      { op: "add", path: "/spec/containers/-", value: { name: "b", image: "b:1" } },
      { op: "add", path: "/spec/containers", value: [{ name: "c", image: "c:1" }] },
      { op: "replace", path: "/spec/replicas", value: 2 },
    ];
    expect(findInPatch(changes).map(({ image }) => image)).toEqual(["a:1", "b:1", "c:1"]);
  });

  test("a Patch resource of Pulumi is the kind that it patches", () => {
    const props = { spec: { template: { spec: { containers: [{ image: "a:1" }] } } } };
    expect(shown(findInResource({ type: "kubernetes:apps/v1:DeploymentPatch", props }))).toEqual([
      "spec.template.spec.containers[0].image = a:1",
    ]);
    expect(
      shown(findInResource({ type: "kubernetes:apps/v1:DeploymentList", props: { items: [props] } })),
    ).toEqual(["items[0].spec.template.spec.containers[0].image = a:1"]);
  });
});

describe("POL-045, POL-048: what is unknown never passes", () => {
  test.each([
    ["aws:ecs/taskDefinition:TaskDefinition", { containerDefinitions: UNKNOWN }],
    ["aws:ecs/taskDefinition:TaskDefinition", { containerDefinitions: "no JSON" }],
    ["aws:lambda/function:Function", { imageUri: UNKNOWN }],
    ["kubernetes:apps/v1:Deployment", { spec: UNKNOWN }],
    ["kubernetes:helm.sh/v3:Release", { values: { image: UNKNOWN } }],
  ])("%s", (type, props) => {
    const [found] = findInResource({ type, props });
    expect(found && checkPinned(found)?.code).toBe("unknown");
  });
});

test("POL-046: a Helm release hides its objects, a chart declares them", () => {
  expect(hiddenInResource("kubernetes:helm.sh/v3:Release")?.next).toContain("helm.v4.Chart");
  expect(hiddenInResource("kubernetes:helm.sh/v4:Release")).toBeDefined();
  expect(hiddenInResource("kubernetes:helm.sh/v4:Chart")).toBeUndefined();
  expect(hiddenInResource("kubernetes:apps/v1:Deployment")).toBeUndefined();
});

describe("POL-047: carriers that are no Kubernetes objects", () => {
  test.each([
    [
      "aws:ecs/taskDefinition:TaskDefinition",
      { containerDefinitions: '[{"name":"a","image":"a:1"},{"image":"b:1"}]' },
      ["a:1", "b:1"],
    ],
    ["aws:lambda/function:Function", { packageType: "Image", imageUri: "a:1" }, ["a:1"]],
    ["aws:lambda/function:Function", { packageType: "Zip", s3Key: "x" }, []],
    ["docker:index/remoteImage:RemoteImage", { name: "a:1" }, ["a:1"]],
    ["gcp:cloudrunv2/service:Service", { template: { containers: [{ image: "a:1" }] } }, ["a:1"]],
    ["gcp:cloudrun/service:Service", { template: { spec: { containers: [{ image: "a:1" }] } } }, ["a:1"]],
    [
      "azure-native:app/v20240301:ContainerApp",
      { template: { initContainers: [{ image: "a:1" }] } },
      ["a:1"],
    ],
    [
      "kubernetes:yaml:ConfigGroup",
      {
        yaml: [
          "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: 'a:1'}]}\n---\napiVersion: v1\nkind: Pod\nspec: {containers: [{image: 'b:1'}]}",
        ],
      },
      ["a:1", "b:1"],
    ],
    ["kubernetes:yaml/v2:ConfigFile", { file: "x.yaml" }, []],
    [
      "kubernetes:helm.sh/v3:Release",
      { chart: "x", values: { image: { repository: "a", tag: "1" } } },
      ["a:1"],
    ],
    ["aws:s3/bucket:Bucket", { image: "a:1" }, []],
  ])("%s %j", (type, props, images) => {
    expect(findInResource({ type, props }).map(({ image }) => image)).toEqual(images);
  });
});

test("POL-049: a Windows host process has an image as any other", () => {
  const pod =
    "{apiVersion: v1, kind: Pod, spec: {runtimeClassName: x, securityContext: {windowsOptions: {hostProcess: true}}, containers: [{image: 'a:1'}]}}";
  expect(shown(find(pod))).toEqual(["spec.containers[0].image = a:1"]);
});

test("patterns of policies and schemas of custom kinds are no images", () => {
  expect(
    find(
      "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, spec: {rules: [{validate: {pattern: {spec: {containers: [{image: '!*:latest'}]}}}}]}}",
    ),
  ).toEqual([]);
  expect(
    find(
      "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, spec: {versions: [{schema: {openAPIV3Schema: {properties: {image: {type: string, default: 'a:1'}}}}}]}}",
    ),
  ).toEqual([]);
});
