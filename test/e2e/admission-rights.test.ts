import { DECIDED, decidedBy, namespaceLabels } from "@waybill/core/admission";
import { markedProcesses } from "../../sandbox/src/host/processes";
import { placeOf } from "@waybill/sandbox";
import { container, KINDS, podSpec } from "../fixtures/guard/objects";
import { IMAGES, type KubeObject } from "../support/guard";
import type { Answer, Asker } from "./admission-api";
import { pinned } from "./admission-images";
import {
  DEPLOYER,
  eventually,
  GuardedCluster,
  guardOf,
  must,
  ONCALL,
  OTHER_DEPLOYER,
  PLAIN_DEPLOYER,
  ROOT,
  spaceOf,
  TENANT,
  VIEWER,
} from "./admission-cluster";
import { options, type TestSandbox, useSandbox } from "./support/sandbox";

jest.setTimeout(120_000);

const SPACE = spaceOf("rights");
let sandbox: TestSandbox;
let cluster: GuardedCluster;
/** Two images that can be pulled: decided, and not. */
let good: string;
let bad: string;

beforeAll(async () => {
  sandbox = await useSandbox();
  const { registry } = sandbox;
  good = await pinned(registry, "base/node:24");
  bad = good.replace("base/node", "base/other");
  const guard = { ...guardOf(), registries: [registry, "registry.example/acme"] };
  cluster = new GuardedCluster(sandbox, "rights", guard, [IMAGES.decided, IMAGES.before, good]);
  await cluster.install();
});
afterAll(() => cluster.remove());

const namespacePath = (name = SPACE) => `/api/v1/namespaces/${name}`;
const listPath = `${namespacePath()}/configmaps/${DECIDED}`;
const labelled = (labels: object) => ({ metadata: { labels } });
const withoutLabel = labelled({ "waybill.dev/environment": null });

describe("the list of what is decided", () => {
  test.each([
    ["a tenant", TENANT],
    ["an administrator", ROOT],
    ["who deploys to another environment", OTHER_DEPLOYER],
  ] as const)("is not written, replaced or deleted by %s", async (_, asker) => {
    const { api } = cluster;
    const more = { metadata: { annotations: decidedBy("more", [IMAGES.undecided]) } };
    expect(await api.patch(listPath, more, asker)).toMatchObject({ code: 403 });
    expect(await api.apply(cluster.list([IMAGES.decided]), asker)).toMatchObject({ code: 403 });
    expect(await api.send("DELETE", listPath, undefined, asker)).toMatchObject({ code: 403 });
    const all = `${namespacePath()}/configmaps`;
    expect(await api.send("DELETE", all, undefined, asker)).toMatchObject({ code: 403 });
    expect(await api.send("GET", listPath, undefined, ROOT)).toMatchObject({ code: 200 });
  });

  test("may be marked by others as long as it says the same", async () => {
    const mark = {
      metadata: { annotations: { "example.com/seen": "yes" }, finalizers: ["example.com/stay"] },
    };
    expect(await cluster.api.patch(listPath, mark, TENANT)).toMatchObject({ code: 200 });
    const gone = { metadata: { annotations: { "example.com/seen": null }, finalizers: null } };
    expect(await cluster.api.patch(listPath, gone, TENANT)).toMatchObject({ code: 200 });
  });

  test("other ConfigMaps are nobody's business", async () => {
    const other = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "other" }, data: { a: "1" } };
    expect(await cluster.create(other, TENANT)).toMatchObject({ code: 201 });
  });

  test("without it nothing runs, and it is written again by who deploys", async () => {
    await must(cluster.api.send("DELETE", listPath, undefined, DEPLOYER));
    const attempt = () => cluster.create(KINDS["Pod"]?.(podSpec(IMAGES.decided)), DEPLOYER);
    await eventually(attempt, 422);
    await must(cluster.api.apply(cluster.list(), DEPLOYER));
    await eventually(attempt, 201);
  });

  test("it is read anew after the policies were taken away and put back", async () => {
    await cluster.api.send("DELETE", `${policies}/waybill-decided`, undefined, ROOT);
    await eventually(() => cluster.create(KINDS["PodTemplate"]?.(podSpec(IMAGES.undecided)), DEPLOYER), 201);
    await must(cluster.api.apply(cluster.list([IMAGES.undecided]), DEPLOYER));
    await cluster.installPolicies();
    await eventually(() => cluster.create(KINDS["PodTemplate"]?.(podSpec(IMAGES.decided)), DEPLOYER), 403);
    expect(await cluster.create(KINDS["PodTemplate"]?.(podSpec(IMAGES.undecided)), DEPLOYER)).toMatchObject({
      code: 201,
    });
    await must(cluster.api.apply(cluster.list(), DEPLOYER));
    await eventually(() => cluster.create(KINDS["PodTemplate"]?.(podSpec(IMAGES.decided)), DEPLOYER), 201);
  });
});

const policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";

describe("the namespaces of an environment", () => {
  test.each(["", "/status", "/finalize"])(
    "keep their label, also by way of the subresource %j",
    async (sub) => {
      const path = `${namespacePath()}${sub}`;
      for (const asker of [TENANT, ROOT, OTHER_DEPLOYER]) {
        const { body } = await must(cluster.api.send("GET", namespacePath(), undefined, ROOT));
        const { metadata } = body as { metadata: { labels: Record<string, string> } };
        const labels: Record<string, string> = { ...metadata.labels };
        delete labels["waybill.dev/environment"];
        const stripped = { ...body, metadata: { ...metadata, labels } };
        const answers = [await cluster.api.send("PUT", path, stripped, asker)];
        // The last of the three takes no patches.
        if (sub !== "/finalize") answers.push(await cluster.api.patch(path, withoutLabel, asker));
        expect(answers.map(({ code }) => code)).toEqual(answers.map(() => 403));
      }
      const { body } = await must(cluster.api.send("GET", namespacePath(), undefined, ROOT));
      expect(body).toMatchObject({ metadata: { labels: { "waybill.dev/environment": "guard-prod" } } });
    },
  );

  test("do not change to an environment in which less is asked for", async () => {
    const change = labelled({ "waybill.dev/environment": "guard-dev" });
    for (const asker of [TENANT, OTHER_DEPLOYER, DEPLOYER])
      expect(await cluster.api.patch(namespacePath(), change, asker)).toMatchObject({ code: 403 });
  });

  test("keep their pod security, and are not deleted by others", async () => {
    const weaker = labelled({ "pod-security.kubernetes.io/enforce": "privileged" });
    expect(await cluster.api.patch(namespacePath(), weaker, TENANT)).toMatchObject({ code: 403 });
    expect(await cluster.api.send("DELETE", namespacePath(), undefined, TENANT)).toMatchObject({ code: 403 });
  });

  test("may be annotated and labelled otherwise; other namespaces are free", async () => {
    expect(await cluster.api.patch(namespacePath(), labelled({ team: "shop" }), TENANT)).toMatchObject({
      code: 200,
    });
    const own = { apiVersion: "v1", kind: "Namespace", metadata: { name: "guard-free" } };
    expect(await cluster.api.create(own, undefined, TENANT)).toMatchObject({ code: 201 });
    expect(await cluster.api.send("DELETE", namespacePath("guard-free"), undefined, TENANT)).toMatchObject({
      code: 200,
    });
  });

  test("end as a whole, with jobs that hold on to their pods", async () => {
    const name = "guard-prod-ending";
    const labels = namespaceLabels("guard-prod");
    const space: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
    await must(cluster.api.apply(space, DEPLOYER));
    const list = cluster.list();
    await must(cluster.api.apply({ ...list, metadata: { ...list.metadata, namespace: name } }, DEPLOYER));
    const job = KINDS["Job"]?.(podSpec(good, { nodeSelector: { no: "node" } })) as KubeObject;
    const running = { ...job, spec: { ...(job["spec"] as object), suspend: false } };
    await eventually(() => cluster.api.create(running, name, DEPLOYER), 201);
    await eventually(async () => {
      const pods = await cluster.api.send("GET", `${namespacePath(name)}/pods`, undefined, ROOT);
      return { ...pods, code: (pods.body as { items: unknown[] }).items.length === 1 ? 1 : 0 };
    }, 1);
    await must(cluster.api.send("DELETE", namespacePath(name), undefined, DEPLOYER));
    await eventually(() => cluster.api.send("GET", namespacePath(name), undefined, ROOT), 404);
  });
});

const deployments = `/apis/apps/v1/namespaces/${SPACE}/deployments`;

async function deploy(name: string, image: string, more: object = {}): Promise<void> {
  const object = KINDS["Deployment"]?.(podSpec(image)) as KubeObject;
  const spec = { ...(object["spec"] as object), ...more };
  await must(cluster.api.create({ ...object, metadata: { name }, spec }, SPACE, DEPLOYER));
}

describe("who may do what (RBAC)", () => {
  const change = (asker: Asker, spec: object): Promise<Answer> =>
    cluster.api.patch(`${deployments}/rights`, { spec }, asker);
  const image = (name: string, more: object = {}) => ({
    template: { spec: { containers: [container("main", name, more)] } },
  });
  beforeAll(() => deploy("rights", IMAGES.decided));

  test("who deploys may deploy and write the list, and not run a shell or make roles", async () => {
    expect(await change(PLAIN_DEPLOYER, image(IMAGES.before))).toMatchObject({ code: 200 });
    expect(await change(PLAIN_DEPLOYER, image(IMAGES.decided))).toMatchObject({ code: 200 });
    expect(await cluster.api.apply(cluster.list(), PLAIN_DEPLOYER)).toMatchObject({ code: 200 });
    const path = `${namespacePath()}/pods/any/exec?command=sh`;
    expect(await cluster.api.send("POST", path, undefined, PLAIN_DEPLOYER)).toMatchObject({ code: 403 });
    const role = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "more" },
      rules: [],
    };
    expect(await cluster.api.create(role, SPACE, PLAIN_DEPLOYER)).toMatchObject({ code: 403 });
  });

  test("C6: who may roll back goes back to a decided image, and can change nothing else", async () => {
    expect(await change(ONCALL, image(IMAGES.before))).toMatchObject({ code: 200 });
    expect(
      await change(ONCALL, image(IMAGES.decided, { env: [{ name: "WAYBILL_DIGEST", value: "x" }] })),
    ).toMatchObject({ code: 200 });
    expect(await change(ONCALL, image(IMAGES.undecided))).toMatchObject({ code: 403 });
    for (const more of [{ command: ["sh"] }, { env: [{ name: "DEBUG", value: "1" }] }, { args: ["-c"] }])
      expect(await change(ONCALL, image(IMAGES.decided, more))).toMatchObject({ code: 403 });
    for (const spec of [
      { replicas: 3 },
      { paused: true },
      { template: { spec: { serviceAccountName: "other" } } },
      { template: { spec: { volumes: [{ name: "a", emptyDir: {} }] } } },
      { template: { metadata: { annotations: { "sidecar.example/inject": "true" } } } },
      {
        template: {
          spec: { containers: [container("more", IMAGES.decided), container("main", IMAGES.decided)] },
        },
      },
    ])
      expect(await change(ONCALL, spec)).toMatchObject({ code: 403 });
    const marked = { template: { metadata: { labels: { "waybill.dev/digest": "x" } } } };
    expect(await change(ONCALL, marked)).toMatchObject({ code: 200 });
  });

  test("C6: who may roll back neither writes the list nor creates nor deletes", async () => {
    expect(await cluster.api.send("GET", listPath, undefined, ONCALL)).toMatchObject({ code: 200 });
    expect(await cluster.api.apply(cluster.list([IMAGES.undecided]), ONCALL)).toMatchObject({ code: 403 });
    expect(await cluster.create(KINDS["Deployment"]?.(podSpec(IMAGES.decided)), ONCALL)).toMatchObject({
      code: 403,
    });
    expect(await cluster.api.send("DELETE", `${deployments}/rights`, undefined, ONCALL)).toMatchObject({
      code: 403,
    });
  });

  test("who may look looks, and nobody else even that", async () => {
    expect(await cluster.api.send("GET", deployments, undefined, VIEWER)).toMatchObject({ code: 200 });
    expect(await change(VIEWER, image(IMAGES.before))).toMatchObject({ code: 403 });
    const secrets = await cluster.api.send("GET", `${namespacePath()}/secrets`, undefined, VIEWER);
    expect(secrets).toMatchObject({ code: 403 });
    expect(await cluster.api.send("GET", deployments, undefined, { user: "stranger" })).toMatchObject({
      code: 403,
    });
  });
});

test("POL-016: with exempt namespaces listed, nothing runs in a namespace that no environment has", async () => {
  const exempt = await everyOtherNamespace();
  const strict = new GuardedCluster(sandbox, "rights", { ...cluster.guard, exempt });
  const name = "guard-unlabelled";
  const space = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  await must(cluster.api.create(space, undefined, TENANT));
  await strict.installPolicies();
  const pod = KINDS["PodTemplate"]?.(podSpec(IMAGES.decided)) as KubeObject;
  await eventually(() => cluster.create(pod, TENANT, name), 403);
  expect(await cluster.create(pod, TENANT, "default")).toMatchObject({ code: 201 });
  for (const kind of ["policies", "policybindings"])
    await must(
      cluster.api.send(
        "DELETE",
        `${policies.replace("policies", kind)}/waybill-other-namespaces`,
        undefined,
        ROOT,
      ),
    );
  await must(cluster.api.send("DELETE", namespacePath(name), undefined, TENANT));
});

/** The sandbox is shared: what other tests have in it stays as free as it was. */
async function everyOtherNamespace(): Promise<string[]> {
  const { body } = await must(cluster.api.send("GET", "/api/v1/namespaces", undefined, ROOT));
  return (body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name);
}

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly uid: string; readonly name: string };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

test("at night, with the registry stopped, a deleted pod of a decided digest comes back, and an undecided one does not get in", async () => {
  const args = ["-e", "require('http').createServer((_, r) => r.end('hi')).listen(8080)"];
  const spec = (image: string) => ({
    replicas: 1,
    template: {
      metadata: { labels: { app: "guarded" } },
      spec: {
        containers: [container("main", image, { args, command: ["node"] })],
        terminationGracePeriodSeconds: 0,
      },
    },
  });
  await deploy("night", good, spec(good));
  const [first] = await readyPod();
  const part = markedProcesses(placeOf(options).folder).find(({ part: name }) => name === "registry");
  process.kill(part?.pid ?? 0, "SIGKILL");
  await expect(fetch(`http://${sandbox.registry}/v2/`)).rejects.toThrow();

  await must(
    cluster.api.send("DELETE", `${namespacePath()}/pods/${first?.metadata.name ?? ""}`, undefined, ROOT),
  );
  const [second] = await readyPod(first?.metadata.uid);
  expect(second?.metadata.uid).not.toBe(first?.metadata.uid);
  expect(await cluster.create(KINDS["Pod"]?.(podSpec(bad)), DEPLOYER)).toMatchObject({ code: 403 });
  expect(await cluster.api.patch(`${deployments}/night`, { spec: spec(bad) }, DEPLOYER)).toMatchObject({
    code: 403,
  });
  await must(cluster.api.send("DELETE", `${deployments}/night`, undefined, DEPLOYER));
  await useSandbox();
});

async function readyPod(not?: string): Promise<Pods["items"]> {
  let found: Pods["items"] = [];
  await eventually(async () => {
    const answer = await cluster.api.send(
      "GET",
      `${namespacePath()}/pods?labelSelector=app%3Dguarded`,
      undefined,
      ROOT,
    );
    found = (answer.body as unknown as Pods).items.filter(
      ({ metadata, status }) =>
        metadata.uid !== not &&
        status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
    );
    return { ...answer, code: found.length };
  }, 1);
  return found;
}
