import { addImage, bench, closeAll, memoryRegistry, type TestHandler } from "../support/registry";
import { BASICS, promotionOf, run, type Run, secret, SIGNATURES, type TestResource, HEAD } from "./engine";

afterEach(closeAll);

async function tagged() {
  const asked: string[] = [];
  const memory = memoryRegistry();
  const around: TestHandler = (request) => {
    asked.push(`${request.method} ${request.url.pathname}`);
    return memory.handler(request);
  };
  const { registry, app } = await bench(around);
  const { digest } = addImage(memory, "team/app", "content", "v1");
  const quiet = [...SIGNATURES, ...BASICS].map((rule) => `${rule}: off`).join(", ");
  const promotion = promotionOf(
    `${HEAD}environments: [{ name: dev }, { name: staging, levels: { ${quiet} } }]
services: { hello: { path: hello } }
registries: ["${app.registry}"]
trust: { signers: [] }
`,
  );
  const image = `${app.registry}/team/app:v1`;
  const pack = (resources: readonly TestResource[], more: Run = {}) =>
    run(resources, { promotion, registry, pinTags: true, ...more });
  return { image, digest, pack, asked };
}

const deployment = (...images: unknown[]): TestResource => ({
  type: "kubernetes:apps/v1:Deployment",
  name: "web",
  props: { spec: { template: { spec: { containers: images.map((image) => ({ name: "app", image })) } } } },
});

test("K8: a tag becomes the digest that it names, beside the tag, and the pack says so", async () => {
  const { image, digest, pack } = await tagged();
  const violations = await pack([deployment(image)]);
  expect(violations).toEqual([
    {
      policy: "pin-tags",
      level: "ADVISORY",
      message: expect.stringContaining(
        `Deployment "web", spec.template.spec.containers[0].image: expected a digest, found "${image}". It was replaced with ${digest}`,
      ) as string,
    },
  ]);
});

test("it is off unless somebody asks for it, and nobody is asked then", async () => {
  const { image, pack, asked } = await tagged();
  expect(await pack([deployment(image)], { pinTags: false })).toMatchObject([
    { policy: "image-pinned-by-digest" },
  ]);
  expect(asked).toEqual([]);
});

test("each tag is asked for once in a run", async () => {
  const { image, pack, asked } = await tagged();
  expect(await pack([deployment(image, image), deployment(image)])).toHaveLength(3);
  expect(asked.filter((one) => one.includes("/manifests/v1"))).toHaveLength(1);
});

test("what nobody can say stays as it is, is refused, and the reason is told", async () => {
  const { image, pack } = await tagged();
  const missing = image.replace(":v1", ":v2");
  expect(await pack([deployment(missing)])).toEqual([
    expect.objectContaining({ policy: "image-pinned-by-digest", level: "MANDATORY" }),
    {
      policy: "pin-tags",
      level: "ADVISORY",
      message: expect.stringMatching(/and nobody says what it names: .*v2/) as string,
    },
  ]);
});

test("POL-050: no registry is asked that promotion.yaml does not list", async () => {
  const { pack, asked } = await tagged();
  const violations = await pack([deployment("registry.invalid/app:7")]);
  expect(violations.map(({ policy }) => policy)).toEqual([
    "image-pinned-by-digest",
    "registry-allowed",
    "pin-tags",
  ]);
  expect(asked).toEqual([]);
});

test("a secret image stays a secret, and is refused as it is", async () => {
  const { image, pack, asked } = await tagged();
  const violations = await pack([deployment(secret(image))]);
  expect(violations.map(({ policy }) => policy)).toEqual(["image-pinned-by-digest"]);
  expect(JSON.stringify(violations)).not.toContain("team/app");
  expect(asked).toEqual([]);
});

test("a List is written in place, and a task definition's text stays", async () => {
  const { image, pack } = await tagged();
  const items = [{ apiVersion: "v1", kind: "Pod", spec: { containers: [{ image }] } }];
  const list = { type: "kubernetes:core/v1:List", props: { items } };
  expect((await pack([list])).map(({ policy }) => policy)).toEqual(["pin-tags"]);
  const task = {
    type: "aws:ecs/taskDefinition:TaskDefinition",
    props: { containerDefinitions: JSON.stringify([{ name: "app", image }]) },
  };
  expect((await pack([task])).map(({ policy }) => policy)).toEqual(["image-pinned-by-digest"]);
});
