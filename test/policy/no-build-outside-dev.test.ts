import { messagesOf, promotionFile, type TestResource, unknown } from "./engine";

const RULE = "no-build-outside-dev";
const builds: readonly TestResource[] = [
  { type: "docker-build:index:Image" },
  { type: "docker-build:index:Index" },
  { type: "docker:index/image:Image" },
  { type: "docker:image:Image" },
  { type: "docker:index/registryImage:RegistryImage" },
  { type: "docker:index/tag:Tag" },
  { type: "docker:index/remoteImage:RemoteImage", props: { name: "x", build: { context: "." } } },
  { type: "docker:index/remoteImage:RemoteImage", props: { name: "x", build: unknown } },
  { type: "awsx:ecr:Image" },
  { type: "awsx:ecr:RegistryImage" },
];

test.each(builds)("$type is refused in staging, preview and update, and allowed in dev", async (resource) => {
  for (const preview of [true, false]) {
    const messages = await messagesOf(RULE, [{ ...resource, name: "app" }], { preview });
    expect(messages).toEqual([
      `${resource.type.split(":")[2] ?? ""} "app": expected no resource that builds, tags or pushes an image outside the environment that ` +
        `builds, found a ${resource.type}. Build in the first environment, and take the image's digest from its stack. ` +
        `This is the environment staging of ${promotionFile}.`,
    ]);
    expect(await messagesOf(RULE, [resource], { environment: "dev", preview })).toEqual([]);
  }
});

test.each<TestResource>([
  { type: "docker:index/remoteImage:RemoteImage", props: { name: "redis:7" } },
  { type: "random:index:Pet" },
  { type: "pulumi:pulumi:Stack" },
])("$type builds nothing", async (resource) => {
  expect(await messagesOf(RULE, [resource])).toEqual([]);
});
