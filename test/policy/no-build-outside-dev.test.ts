import { promotionFile, run, type TestResource, unknown } from "./engine";

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
    const violations = await run([{ ...resource, name: "app" }], { preview });
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatchObject({ policy: "no-build-outside-dev", level: "MANDATORY" });
    expect(violations[0]?.message).toBe(
      `${resource.type.split(":")[2] ?? ""} "app": expected no resource that builds, tags or pushes an image outside the environment that ` +
        `builds, found a ${resource.type}. Build in the first environment, and take the image's digest from its stack. ` +
        `This is the environment staging of ${promotionFile}.`,
    );
    expect(await run([resource], { environment: "dev", preview })).toEqual([]);
  }
});

test.each<TestResource>([
  { type: "docker:index/remoteImage:RemoteImage", props: { name: "redis:7" } },
  { type: "random:index:Pet" },
  { type: "pulumi:pulumi:Stack" },
])("$type builds nothing", async (resource) => {
  expect(await run([resource])).toEqual([]);
});
