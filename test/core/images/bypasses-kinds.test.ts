import { parseReference } from "@waybill/core/image";
import { isAllowedRegistry, UNKNOWN } from "@waybill/core/images";
import { DIGEST, find, shown, workload } from "./manifests";

test("POL-004: an ephemeral container of kubectl debug", () => {
  const pod = `{apiVersion: v1, kind: Pod, spec: {containers: [{name: a, image: 'a@${DIGEST}'}], ephemeralContainers: [{name: debug, image: busybox}]}}`;
  expect(shown(find(pod))).toContain("spec.ephemeralContainers[0].image = busybox");
});

test("POL-005: an image volume by its tag", () => {
  const pod =
    "{apiVersion: v1, kind: Pod, spec: {volumes: [{name: model, image: {reference: 'models:1', pullPolicy: Always}}]}}";
  expect(shown(find(pod))).toEqual(["spec.volumes[0].image.reference = models:1"]);
});

test.each([
  ["POL-008", "apps/v1", "ReplicaSet"],
  ["POL-009", "v1", "ReplicationController"],
  ["POL-011", "batch/v1", "Job"],
])("%s: %s %s made directly", (_id, apiVersion, kind) => {
  expect(shown(find(workload(apiVersion, kind)))).toEqual([
    "spec.template.spec.containers[0].image = nginx:1",
  ]);
});

test("POL-010: a PodTemplate", () => {
  expect(
    shown(find("{apiVersion: v1, kind: PodTemplate, template: {spec: {containers: [{image: 'nginx:1'}]}}}")),
  ).toEqual(["template.spec.containers[0].image = nginx:1"]);
});

test("POL-012: a CronJob, with the whole path", () => {
  const cronJob =
    "{apiVersion: batch/v1, kind: CronJob, spec: {jobTemplate: {spec: {template: {spec: {initContainers: [{image: 'nginx:1'}]}}}}}}";
  expect(shown(find(cronJob))).toEqual([
    "spec.jobTemplate.spec.template.spec.initContainers[0].image = nginx:1",
  ]);
});

test("POL-014: an object that is being deleted", () => {
  expect(
    find(workload("apps/v1", "Deployment", ", deletionTimestamp: 2026-01-01T00:00:00Z, finalizers: [x]")),
  ).toHaveLength(1);
});

test.each([
  [
    "POL-015: forged words about a verification",
    'annotations: {kyverno.io/verify-images: \'{"nginx:1":"pass"}\', waybill.dev/verified: "true"}',
  ],
  ["POL-022: a namespace that others skip", "namespace: kube-system"],
  [
    "POL-028: a mirror pod's annotation from a user",
    "annotations: {kubernetes.io/config.mirror: abc, kubernetes.io/config.source: file}",
  ],
])("%s are no exemption", (_name, metadata) => {
  expect(find(workload("apps/v1", "Deployment", `, ${metadata}`))).toHaveLength(1);
});

describe("POL-016, POL-017: registries are compared by whole segments, and what fits none is refused", () => {
  const allowed = {
    registries: ["ghcr.io/acme", "registry.example:5000"],
    repositories: ["docker.io/library/redis"],
  };
  test.each([
    ["ghcr.io/acme/app", true],
    ["ghcr.io/acme", true],
    ["registry.example:5000/any/thing", true],
    ["redis", true],
    ["redis/redis", false],
    ["ghcr.io/acme-evil/app", false],
    ["ghcr.io/acmeapp", false],
    ["ghcr.io/other/acme/app", false],
    ["mirror.example/ghcr.io/acme/app", false],
    ["registry.example/any", false],
    ["registry.example:50001/any", false],
  ])("%s: %p", (image, expected) => {
    expect(isAllowedRegistry(parseReference(`${image}@${DIGEST}`), allowed)).toBe(expected);
  });

  test("an empty list allows nothing, none at all allows any", () => {
    expect(isAllowedRegistry(parseReference("nginx"), { registries: [] })).toBe(false);
    expect(isAllowedRegistry(parseReference("nginx"), { registries: undefined })).toBe(true);
  });
});

test("POL-031: an Argo Rollout; with workloadRef the Deployment that it names is the one with images", () => {
  expect(shown(find(workload("argoproj.io/v1alpha1", "Rollout")))).toEqual([
    "spec.template.spec.containers[0].image = nginx:1",
  ]);
  const list = `
apiVersion: v1
kind: List
items:
  - { apiVersion: argoproj.io/v1alpha1, kind: Rollout, spec: { workloadRef: { apiVersion: apps/v1, kind: Deployment, name: x } } }
  - { apiVersion: apps/v1, kind: Deployment, metadata: { name: x }, spec: { template: { spec: { containers: [{ image: nginx:1 }] } } } }
`;
  expect(shown(find(list))).toEqual(["items[1].spec.template.spec.containers[0].image = nginx:1"]);
});

describe("POL-032: Argo Workflows", () => {
  const templates = `
    - { name: a, container: { image: "a:1" } }
    - { name: b, script: { image: "b:1", source: x }, initContainers: [{ image: "c:1" }], sidecars: [{ image: "d:1" }] }
    - { name: e, containerSet: { containers: [{ name: main, image: "e:1" }] } }
    - { name: f, steps: [[{ name: s, inline: { container: { image: "f:1" } } }]] }
    - { name: g, dag: { tasks: [{ name: t, inline: { script: { image: "g:1" } } }] } }
    - { name: h, podSpecPatch: '{"initContainers":[{"name":"init","image":"h:1"}]}' }
    - name: i
      resource:
        manifest: |
          apiVersion: batch/v1
          kind: Job
          spec: { template: { spec: { containers: [{ image: "i:1" }] } } }
`;
  const images = "abcdefghi".split("").map((name) => `${name}:1`);

  test.each(["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate"])("%s", (kind) => {
    const found = find(`apiVersion: argoproj.io/v1alpha1\nkind: ${kind}\nspec:\n  templates:${templates}`);
    expect(found.map(({ image }) => String(image)).sort()).toEqual(images);
    expect(found.some(({ guessed }) => guessed)).toBe(false);
  });

  test("CronWorkflow", () => {
    const indented = templates.replaceAll("\n", "\n  ");
    const found = find(
      `apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nspec:\n  workflowSpec:\n    templates:${indented}`,
    );
    expect(found.map(({ image }) => String(image)).sort()).toEqual(images);
  });

  test("a manifest that cannot be read before the workflow runs is unknown", () => {
    const found = find(
      "{apiVersion: argoproj.io/v1alpha1, kind: Workflow, spec: {templates: [{resource: {manifest: 'a: {{b}}: c'}}]}}",
    );
    expect(found).toEqual([{ path: "spec.templates[0].resource.manifest", image: UNKNOWN }]);
  });
});
