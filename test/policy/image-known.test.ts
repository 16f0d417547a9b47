import { run, secret, type TestResource, unknown } from "./engine";

const deployment = (podSpec: unknown, from: TestResource["from"] = {}): TestResource => ({
  type: "kubernetes:apps/v1:Deployment",
  name: "web",
  props: { apiVersion: "apps/v1", kind: "Deployment", spec: { template: { spec: podSpec } } },
  from,
});
const unknownImage = { containers: [{ image: unknown }] };
const image: TestResource = { type: "docker-build:index:Image", name: "image" };
const pet: TestResource = { type: "random:index:Pet", name: "pet" };

describe("POL-045: an unknown image is refused, mandatory", () => {
  test.each([
    ["staging, preview", { environment: "staging", preview: true }],
    ["staging, update", { environment: "staging", preview: false }],
    ["dev, update", { environment: "dev", preview: false }],
    ["no environment", { environment: undefined, preview: true }],
  ])("%s", async (_name, options) => {
    const violations = await run([image, deployment(unknownImage, { spec: [image] })], options);
    expect(violations.filter(({ policy }) => policy === "image-known")).toEqual([
      {
        policy: "image-known",
        level: "MANDATORY",
        message: expect.stringMatching(
          /^Deployment "web", spec\.template\.spec\.containers\[0\]\.image: expected a value that is known, found .* not known yet .*\. Take the image from/,
        ) as string,
      },
    ]);
  });

  test.each([
    ["spec", { ...deployment({}), props: { spec: unknown } }],
    ["spec.template.spec", deployment(unknown)],
    ["spec.template.spec.containers", deployment({ containers: unknown })],
    ["spec.template.spec.containers[1]", deployment({ containers: [{}, unknown] })],
    ["spec.template.spec.containers[0].image", deployment({ containers: [{ image: secret(unknown) }] })],
    ["spec.template.spec.volumes[0].image", deployment({ volumes: [{ image: unknown }] })],
  ])("wherever it became unknown: %s", async (path, resource) => {
    const violations = await run([resource]);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatchObject({ policy: "image-known", level: "MANDATORY" });
    expect(violations[0]?.message).toContain(`Deployment "web", ${path}: `);
  });

  test("unknown values that lead to no image are fine", async () => {
    const podSpec = {
      serviceAccountName: unknown,
      containers: [{ image: `a@sha256:${"a".repeat(64)}`, env: unknown }],
    };
    expect(await run([deployment(podSpec)])).toEqual([]);
    expect(await run([{ type: "kubernetes:core/v1:ConfigMap", props: { data: unknown } }])).toEqual([]);
  });
});

describe("K4: a preview in dev lets wait what this update builds", () => {
  const preview = (resources: readonly TestResource[]) =>
    run(resources, { environment: "dev", preview: true });

  test("an image that comes from a build", async () => {
    expect(await preview([image, deployment(unknownImage, { spec: [image] })])).toEqual([]);
  });

  test("through other resources", async () => {
    const signed: TestResource = {
      type: "waybill:index:Signature",
      name: "signed",
      from: { digest: [pet, image] },
    };
    expect(await preview([pet, image, signed, deployment(unknownImage, { spec: [signed] })])).toEqual([]);
  });

  test("resources that depend on each other in a circle do not hang it", async () => {
    const one: TestResource = { type: "x:y:One", name: "one", from: {} };
    const two: TestResource = { type: "x:y:Two", name: "two", from: { a: [one] } };
    const circle = [{ ...one, from: { b: [two] } }, two];
    expect(await preview([...circle, deployment(unknownImage, { spec: circle })])).toHaveLength(1);
  });

  test.each<[string, TestResource[]]>([
    ["an unknown value of another origin", [pet, image, deployment(unknownImage, { spec: [pet] })]],
    ["a build that another property comes from", [image, deployment(unknownImage, { metadata: [image] })]],
    ["no origin at all", [image, deployment(unknownImage)]],
    ["a build that is not part of this update", [deployment(unknownImage, { spec: [image] })]],
  ])("but not %s", async (_name, resources) => {
    const violations = await preview(resources);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatchObject({ policy: "image-known", level: "MANDATORY" });
    expect(violations[0]?.message).toMatch(
      /^Deployment "web", spec\.template\.spec\.containers\[0\]\.image: expected .* that this update builds/,
    );
  });

  test("a guess in a custom kind is left to the update", async () => {
    expect(await preview([{ type: "kubernetes:example.com/v1:Thing", props: { spec: unknown } }])).toEqual(
      [],
    );
  });
});
