import { checkPinned, findHidden, findInValues } from "@waybill/core/images";
import { parse } from "yaml";
import { DIGEST, find, read, shown } from "./manifests";

describe("POL-034: Tekton", () => {
  const task =
    'steps: [{ image: "a:1" }, { ref: { name: x } }], sidecars: [{ image: "b:1" }], stepTemplate: { image: "c:1" }';
  test.each([
    ["Task", `spec: { ${task} }`],
    ["ClusterTask", `spec: { ${task} }`],
    ["TaskRun", `spec: { taskSpec: { ${task} } }`],
    ["Pipeline", `spec: { tasks: [{ taskSpec: { ${task} } }] }`],
    ["PipelineRun", `spec: { pipelineSpec: { finally: [{ taskSpec: { ${task} } }] } }`],
  ])("%s", (kind, spec) => {
    expect(find(`{apiVersion: tekton.dev/v1, kind: ${kind}, ${spec}}`).map(({ image }) => image)).toEqual([
      "a:1",
      "b:1",
      "c:1",
    ]);
  });

  const run = (ref: string) => `{apiVersion: tekton.dev/v1, kind: TaskRun, spec: {taskRef: ${ref}}}`;

  test("a bundle is an image too, in its old and its new form", () => {
    expect(shown(find(run("{name: x, bundle: 'tasks:1'}")))).toEqual(["spec.taskRef.bundle = tasks:1"]);
    const resolver =
      "{resolver: bundles, params: [{name: kind, value: task}, {name: bundle, value: 'tasks:1'}]}";
    expect(shown(find(run(resolver)))).toEqual(["spec.taskRef.params[1].value = tasks:1"]);
    expect(shown(find(run("{resolver: bundles, params: [{name: kind, value: task}]}")))).toEqual([
      "spec.taskRef = Symbol(unknown)",
    ]);
  });

  test("a task that is fetched from elsewhere hides its images, one of the cluster does not", () => {
    const hidden = (ref: string) => findHidden(read(run(ref)), read(run(ref))).map(({ path }) => path);
    expect(hidden("{resolver: git, params: [{name: url, value: x}]}")).toEqual(["spec.taskRef.resolver"]);
    expect(hidden("{resolver: hub}")).toEqual(["spec.taskRef.resolver"]);
    expect(hidden("{resolver: cluster}")).toEqual([]);
    expect(hidden("{name: x}")).toEqual([]);
  });
});

describe("POL-035: Flux", () => {
  const release = (image: string) =>
    find(`{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, spec: {values: {image: ${image}}}}`);

  test("values of a HelmRelease", () => {
    expect(shown(release("{repository: a.example/b, tag: '1'}"))).toEqual([
      "spec.values.image = a.example/b:1",
    ]);
    const [pinned] = release(`{repository: a.example/b, tag: '1', digest: '${DIGEST}'}`);
    expect(pinned && checkPinned(pinned)).toBeUndefined();
    expect(pinned?.split).toEqual({ digest: "spec.values.image.digest" });
  });

  test("an OCIRepository by tag, by version range and by digest", () => {
    const source = (ref: string) =>
      find(
        `{apiVersion: source.toolkit.fluxcd.io/v1, kind: OCIRepository, spec: {url: 'oci://a.example/b', ref: ${ref}}}`,
      );
    const code = (ref: string) => source(ref).map((one) => checkPinned(one)?.code);
    expect(code("{tag: '1'}")).toEqual(["not-pinned"]);
    expect(code("{semver: '>= 1.0'}")).toEqual(["malformed"]);
    expect(code("{}")).toEqual(["not-pinned"]);
    expect(code(`{semver: '>= 1.0', digest: '${DIGEST}'}`)).toEqual([undefined]);
  });
});

test("POL-036: an Argo CD Application", () => {
  const application = `
apiVersion: argoproj.io/v1alpha1
kind: Application
spec:
  source:
    helm:
      parameters:
        - { name: replicas, value: "2" }
        - { name: image.repository, value: a.example/b }
        - { name: image.tag, value: v1 }
        - { name: proxy.image, value: "c:1" }
      values: |
        sidecar: { image: "d:1" }
  sources:
    - kustomize: { images: ["e=a.example/e:1", "f:2"] }
`;
  expect(shown(find(application))).toEqual([
    "spec.source.helm.parameters[3].value = c:1",
    "spec.source.helm.parameters[1] = a.example/b:v1",
    "spec.source.helm.values.sidecar.image = d:1",
    "spec.sources[0].kustomize.images[0] = a.example/e:1",
    "spec.sources[0].kustomize.images[1] = f:2",
  ]);
});

describe("POL-037: Helm values in parts", () => {
  const values = (yaml: string) =>
    findInValues(parse(yaml)).map(({ image, split }) => [image, split?.digest]);
  test.each([
    ["{image: {registry: a.example, repository: b, tag: '1'}}", "a.example/b:1", undefined],
    ["{image: {repository: b, tag: 1.27}}", "b:1.27", undefined],
    ["{image: {repository: b, tag: '1', digest: ''}}", "b:1", "image.digest"],
    [`{image: {repository: b, tag: '1', digest: '${DIGEST}'}}`, `b:1@${DIGEST}`, "image.digest"],
    [`{image: {repository: b, tag: '1', sha: ${"f".repeat(64)}}}`, `b:1@${DIGEST}`, undefined],
    ["{image: b, imageTag: '1'}", "b:1", undefined],
    ["{image: 'b:1'}", "b:1", undefined],
    ["{sidecar: {proxyImage: {name: b, tag: '1'}}}", "b:1", undefined],
    ["{images: {web: {repository: b, tag: '1'}}}", "b:1", undefined],
    ["{images: {web: 'b:1'}}", "b:1", undefined],
    ["{images: {web: {repository: b}}}", "b", undefined],
    ["{images: ['b:1']}", "b:1", undefined],
    ["{extraContainers: [{name: x, image: 'b:1'}]}", "b:1", undefined],
    ["{global: {imageRegistry: a.example}, image: {repository: b, tag: '1'}}", "a.example/b:1", undefined],
    [
      "{global: {imageRegistry: a.example}, image: {registry: c.example, repository: b, tag: '1'}}",
      "c.example/b:1",
      undefined,
    ],
  ])("%s", (yaml, image, digest) => {
    expect(values(yaml)).toEqual([[image, digest]]);
  });

  test("what is no image", () => {
    expect(
      values(
        "{image: {pullPolicy: Always}, imagePullSecrets: [{name: x}], repository: 'https://charts.example', image2: x}",
      ),
    ).toEqual([]);
    expect(values("{image: '', sidecar: {image: {repository: '', tag: ''}}}")).toEqual([]);
  });
});
