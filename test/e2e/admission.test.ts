import { container, CUSTOM, KINDS, podSpec } from "../fixtures/guard/objects";
import { guardCases, IMAGES, type KubeObject, mustRefuse } from "../support/guard";
import type { Answer } from "./admission-api";
import { DEPLOYER, GuardedCluster, guardOf, must, ROOT, spaceOf, TENANT } from "./admission-cluster";
import { useSandbox } from "./support/sandbox";

jest.setTimeout(120_000);

const SPACE = spaceOf("cases");
let cluster: GuardedCluster;
beforeAll(async () => {
  cluster = new GuardedCluster(await useSandbox(), "cases", guardOf());
  await cluster.install();
});
afterAll(() => cluster.remove());

const RULES = ["digest", "registry", "decided"] as const;
const deployment = (spec: object): KubeObject => KINDS["Deployment"]?.(spec) as KubeObject;

describe("the real API server says what the fixtures say", () => {
  test.each(guardCases().map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const { code, message } = await cluster.create(one.object, DEPLOYER);
    const isRefused = mustRefuse(one, "api-server", RULES);
    expect({ code, message }).toMatchObject({ code: isRefused ? 403 : 201 });
    if (isRefused)
      expect(message).toMatch(/'waybill-(?:images|decided|custom)'.*expected .*, found .*\. [A-Z]/s);
  });
});

describe("updates", () => {
  const path = (name: string) => `/apis/apps/v1/namespaces/${SPACE}/deployments/${name}`;
  const withImage = (image: string) => ({
    spec: { template: { spec: { containers: [container("main", image)] } } },
  });
  const swap = (name: string, image: string, more: object = {}): Promise<Answer> =>
    cluster.api.patch(path(name), { spec: { ...withImage(image).spec, ...more } }, DEPLOYER);

  async function existing(name: string, image: string, metadata: object = {}): Promise<void> {
    const object = deployment(podSpec(image));
    const named = { ...object, metadata: { ...object.metadata, name, ...metadata } };
    await must(cluster.api.create(named, SPACE, DEPLOYER));
  }

  /** One that was there before the policies: its namespace got its label later. */
  async function older(name: string, image: string): Promise<void> {
    const labels = (environment: string | null) =>
      must(
        cluster.api.patch(
          `/api/v1/namespaces/${SPACE}`,
          { metadata: { labels: { "waybill.dev/environment": environment } } },
          DEPLOYER,
        ),
      );
    await labels(null);
    const object = deployment(podSpec(image));
    const named = { ...object, metadata: { ...object.metadata, name } };
    let answer = await cluster.api.create(named, SPACE, DEPLOYER);
    while (answer.code === 403) answer = await cluster.api.create(named, SPACE, DEPLOYER);
    expect(answer).toMatchObject({ code: 201 });
    await labels("guard-prod");
    let probe = await cluster.create(deployment(podSpec(IMAGES.tag)), DEPLOYER);
    while (probe.code !== 403) probe = await cluster.create(deployment(podSpec(IMAGES.tag)), DEPLOYER);
  }

  test("to another decided image passes, also back; to an undecided one, a tag or another place does not", async () => {
    await existing("moving", IMAGES.decided);
    expect(await swap("moving", IMAGES.before)).toMatchObject({ code: 200 });
    expect(await swap("moving", IMAGES.decided)).toMatchObject({ code: 200 });
    for (const image of [IMAGES.undecided, IMAGES.tag, IMAGES.elsewhere])
      expect(await swap("moving", image)).toMatchObject({ code: 403 });
  });

  test("POL-013: lower replicas and a swapped image in one request", async () => {
    await existing("lowered", IMAGES.decided);
    expect(await swap("lowered", IMAGES.undecided, { replicas: 0 })).toMatchObject({ code: 403 });
  });

  test("an old workload that breaks the rules can be scaled and labelled, not swapped (POL-013)", async () => {
    await older("old", IMAGES.tag);
    expect(await cluster.api.patch(path("old"), { spec: { replicas: 0 } }, DEPLOYER)).toMatchObject({
      code: 200,
    });
    expect(
      await cluster.api.patch(`${path("old")}/scale`, { spec: { replicas: 0 } }, DEPLOYER),
    ).toMatchObject({ code: 200 });
    expect(await swap("old", IMAGES.latest, { replicas: 0 })).toMatchObject({ code: 403 });
    expect(await swap("old", IMAGES.decided)).toMatchObject({ code: 200 });
  });

  test("POL-014: an object that is being deleted, kept by a finalizer, gets another image", async () => {
    await existing("leaving", IMAGES.decided, { finalizers: ["example.com/stay"] });
    await must(cluster.api.send("DELETE", path("leaving"), undefined, DEPLOYER));
    expect(await swap("leaving", IMAGES.undecided)).toMatchObject({ code: 403 });
    expect(
      await cluster.api.patch(path("leaving"), { metadata: { finalizers: [] } }, DEPLOYER),
    ).toMatchObject({ code: 200 });
  });

  test("POL-026: back to an older digest that is no longer on the list", async () => {
    await existing("back", IMAGES.before);
    await must(swap("back", IMAGES.decided));
    await must(cluster.api.apply(cluster.list([IMAGES.decided]), DEPLOYER));
    let answer = await swap("back", IMAGES.before);
    while (answer.code === 200) {
      await must(swap("back", IMAGES.decided));
      answer = await swap("back", IMAGES.before);
    }
    expect(answer).toMatchObject({ code: 403 });
    await must(cluster.api.apply(cluster.list(), DEPLOYER));
  });

  test("POL-043: server-side apply and a JSON merge patch are the same update", async () => {
    await existing("applied", IMAGES.decided);
    const object = deployment(podSpec(IMAGES.undecided));
    const named = { ...object, metadata: { name: "applied", namespace: SPACE } };
    expect(await cluster.api.apply(named, DEPLOYER)).toMatchObject({ code: 403 });
    expect(await swap("applied", IMAGES.undecided)).toMatchObject({ code: 403 });
  });

  test.each([
    ["undecided", IMAGES.undecided, 403],
    ["tag", IMAGES.tag, 403],
    ["decided", IMAGES.decided, 200],
  ] as const)("POL-004: kubectl debug with an ephemeral container, %s", async (name, image, code) => {
    const pod = KINDS["Pod"]?.(podSpec(IMAGES.decided, { nodeSelector: { no: "node" } })) as KubeObject;
    const named = { ...pod, metadata: { name: `debugged-${name}` } };
    await must(cluster.api.create(named, SPACE, DEPLOYER));
    const change = { spec: { ephemeralContainers: [container("debugger", image)] } };
    const path = `/api/v1/namespaces/${SPACE}/pods/debugged-${name}/ephemeralcontainers`;
    expect(await cluster.api.patch(path, change, DEPLOYER)).toMatchObject({ code });
  });
});

describe("what is said, and when", () => {
  test("the message names the images, but never more than a few", async () => {
    const containers = Array.from({ length: 40 }, (_, index) =>
      container(`c${index}`, `${IMAGES.tag}-${"x".repeat(100)}${index}`),
    );
    const { code, message } = await cluster.create(deployment({ containers }), DEPLOYER);
    expect(code).toBe(403);
    expect(message).toContain(`${IMAGES.tag}-${"x".repeat(100)}1 and 38 more`);
    expect(message.length).toBeLessThan(1500);
  });

  test("a thousand containers are refused or judged, never let through", async () => {
    const containers = Array.from({ length: 1000 }, (_, index) =>
      container(`c${index}`, index === 999 ? IMAGES.undecided : IMAGES.decided),
    );
    expect((await cluster.create(deployment({ containers }), DEPLOYER)).code).toBeGreaterThanOrEqual(400);
  });

  test("fifty containers of decided images pass", async () => {
    const containers = Array.from({ length: 50 }, (_, index) => container(`c${index}`, IMAGES.decided));
    expect(await cluster.create(deployment({ containers }), DEPLOYER)).toMatchObject({ code: 201 });
  });

  test("warn lets it in and tells; audit lets it in and says nothing to who asks", async () => {
    const warned = await cluster.create(
      deployment(podSpec(IMAGES.tag)),
      DEPLOYER,
      spaceOf("cases", "guard-staging"),
    );
    expect(warned).toMatchObject({
      code: 201,
      warnings: expect.stringContaining("every image by its digest") as string,
    });
    const audited = await cluster.create(
      deployment(podSpec(IMAGES.tag)),
      DEPLOYER,
      spaceOf("cases", "guard-dev"),
    );
    expect(audited).toMatchObject({ code: 201, warnings: expect.not.stringContaining("waybill") as string });
  });

  test("a dry run may look at an image that is not decided yet, as a preview does; a tag is refused there too", async () => {
    const dryRun = (image: string) =>
      cluster.api.create(deployment(podSpec(image)), SPACE, DEPLOYER, "?dryRun=All");
    expect(await dryRun(IMAGES.undecided)).toMatchObject({ code: 201 });
    expect(await dryRun(IMAGES.tag)).toMatchObject({ code: 403 });
  });

  test("custom kinds with a text where a template is expected are no pod templates", async () => {
    const widget = CUSTOM["unknown kind"]?.(IMAGES.decided) as KubeObject;
    for (const spec of [{ template: "text" }, { template: { spec: [1] } }, { containers: [] }, "text"])
      expect(await cluster.create({ ...widget, spec }, DEPLOYER)).toMatchObject({ code: 201 });
  });

  test("custom kinds with something strange where containers are expected are refused", async () => {
    const widget = CUSTOM["unknown kind"]?.(IMAGES.decided) as KubeObject;
    const spec = { template: { spec: { containers: ["image"] } } };
    expect((await cluster.create({ ...widget, spec }, DEPLOYER)).code).toBeGreaterThanOrEqual(400);
  });

  test("no one is above it: administrators and tenants get the same answer", async () => {
    for (const asker of [ROOT, TENANT])
      expect(await cluster.create(deployment(podSpec(IMAGES.undecided)), asker)).toMatchObject({ code: 403 });
  });
});
