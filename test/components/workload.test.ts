import * as pulumi from "@pulumi/pulumi";
import type { WorkloadArgs } from "@waybill/components";
import { digest, image } from "../core/release/support";
import { finished, mockPulumi, valueOf, type Registered } from "./mocks";

const args: WorkloadArgs = {
  place: { service: "hello", environment: "staging", target: undefined },
  definition: {
    build: { context: "/", dockerfile: "/Dockerfile", platforms: [] },
    port: 8080,
    probes: { ready: "/ready", live: "/live" },
    resources: { cpu: "20m", memory: "64Mi" },
    config: {},
    secrets: [],
  },
  image: image("a"),
  namespace: "hello-staging",
  replicas: 2,
  environment: { GREETING: "hi" },
  secrets: {},
  rolloutSeconds: 60,
};

async function run(change: Partial<WorkloadArgs> = {}, answers = {}, preview = false) {
  const registered = mockPulumi(answers, preview);
  const { Workload } = await import("@waybill/components");
  const workload = new Workload("hello", { ...args, ...change });
  return { registered, workload };
}

function inputsOf(registered: readonly Registered[], kind: string): Record<string, unknown> {
  const found = registered.find(({ type }) => type.endsWith(`:${kind}`));
  if (!found) throw new Error(`no ${kind} was registered`);
  return found.inputs;
}

interface Pod {
  metadata: { labels: object; annotations: object };
  spec: { containers: { image: string; env: { name: string; value: string }[]; envFrom: object[] }[] };
}

const podOf = (registered: readonly Registered[]) =>
  (inputsOf(registered, "Deployment")["spec"] as { template: Pod }).template;

test("the container is named by digest; digest and commit are in labels, annotations and environment (O3)", async () => {
  const { registered, workload } = await run();
  await valueOf(workload.image);
  const { metadata, spec } = podOf(registered);
  expect(spec.containers[0]?.image).toBe(`${args.image.repository}@${digest("a")}`);
  expect(metadata.labels).toMatchObject({
    "waybill.dev/commit": "c".repeat(40),
    "waybill.dev/digest": "a".repeat(32),
  });
  expect(metadata.annotations).toEqual({ "waybill.dev/digest": digest("a") });
  expect(spec.containers[0]?.env).toEqual(
    expect.arrayContaining([
      { name: "WAYBILL_DIGEST", value: digest("a") },
      { name: "WAYBILL_COMMIT", value: "c".repeat(40) },
    ]),
  );
});

test("it says what runs and where, after the rollout is finished", async () => {
  const { workload } = await run();
  expect(await valueOf(workload.image)).toEqual(image("a"));
  expect(await valueOf(workload.address)).toBe("http://10.0.0.9");
});

test("it says what the cluster runs, not what was asked for", async () => {
  const answer = (inputs: Record<string, unknown>) => {
    const changed = JSON.parse(JSON.stringify(inputs).replaceAll("a".repeat(64), "d".repeat(64))) as {
      metadata: object;
    };
    return { ...changed, metadata: { ...changed.metadata, generation: 1 }, status: finished };
  };
  const { workload } = await run({}, { "kubernetes:apps/v1:Deployment": answer });
  expect((await valueOf(workload.image)).digest).toBe(digest("d"));
});

test("a rollout that is not finished does not stop a preview", async () => {
  const answer = (inputs: Record<string, unknown>) => ({
    ...inputs,
    metadata: { ...(inputs["metadata"] as object), generation: 2 },
    status: { ...finished, observedGeneration: 1 },
  });
  const { workload } = await run({}, { "kubernetes:apps/v1:Deployment": answer }, true);
  expect(await valueOf(workload.image)).toEqual(image("a"));
});

test.each(["latest", "registry.example/hello:1.0", "sha256:abc"])(
  "K1: the digest %j is refused before anything is registered",
  async (wrong) => {
    const registered = mockPulumi();
    const { Workload } = await import("@waybill/components");
    expect(() => new Workload("hello", { ...args, image: { ...image("a"), digest: wrong } })).toThrow(
      /expected sha256:/,
    );
    expect(registered.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
  },
);

test("A1: the cluster is told what is decided: what is to run, and what may run beside it", async () => {
  const others = [`${args.image.repository}@${digest("b")}`, `${args.image.repository}@${digest("a")}`];
  const { registered, workload } = await run({ beside: Promise.resolve(others) });
  await valueOf(workload.image);
  const list = registered
    .map(({ inputs }) => inputs["metadata"] as Named | undefined)
    .find((one) => one?.name === "waybill-decided");
  expect(list?.annotations).toEqual({
    "decided.waybill.dev/hello": `${args.image.repository}@${digest("a")}\n${args.image.repository}@${digest("b")}`,
  });
  const labels = (inputsOf(registered, "Namespace")["metadata"] as { labels: object }).labels;
  expect(labels).toMatchObject({ "waybill.dev/environment": "staging" });
});

interface Named {
  readonly name?: string;
  readonly annotations?: object;
}

test("settings live in an object named after their content", async () => {
  const first = await run();
  await valueOf(first.workload.image);
  const second = await run({ environment: { GREETING: "other" } });
  await valueOf(second.workload.image);
  const names = [first, second].map(
    ({ registered }) => (inputsOf(registered, "ConfigMap")["metadata"] as { name: string }).name,
  );
  expect(names[0]).toMatch(/^hello-[0-9a-f]{10}$/);
  expect(names[0]).not.toBe(names[1]);
});

test("secrets stay in the Secret; pods roll when its version changes", async () => {
  const { registered, workload } = await run({ secrets: { TOKEN: pulumi.secret("very-secret") } });
  await valueOf(workload.image);
  const others = registered.filter(({ type }) => !type.endsWith(":Secret"));
  expect(JSON.stringify(others)).not.toContain("very-secret");
  expect(podOf(registered).metadata.annotations).toMatchObject({ "waybill.dev/secrets-version": "7" });
  expect(podOf(registered).spec.containers[0]?.envFrom).toContainEqual({ secretRef: { name: "hello" } });
});

test("a namespace that others own is left alone", async () => {
  const { registered, workload } = await run({ createNamespace: false });
  await valueOf(workload.image);
  expect(registered.map(({ type }) => type)).not.toContain("kubernetes:core/v1:Namespace");
});
