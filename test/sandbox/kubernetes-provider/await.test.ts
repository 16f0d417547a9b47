import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { decodeValues, type Values } from "@waybill/provider";
import { ask } from "../../provider/served";
import { initFailure, standIn, virtualClock } from "./stand-in";

const labelled = (kind: string, apiVersion: string, more: Values, annotations: Values = {}): Values => ({
  apiVersion,
  kind,
  metadata: { name: "web", namespace: "shop", annotations },
  ...more,
});
const deployment = (spec: Values = {}, annotations: Values = {}) =>
  labelled("Deployment", "apps/v1", { spec: { replicas: 2, ...spec } }, annotations);
const deploymentPath = "/apis/apps/v1/namespaces/shop/deployments/web";
const podsPath = "/api/v1/namespaces/shop/pods";
const status = (
  replicas: number,
  updatedReplicas: number,
  availableReplicas: number,
  more: Values = {},
): Values => ({
  observedGeneration: 1,
  replicas,
  updatedReplicas,
  availableReplicas,
  ...more,
});
const becomes = (next: Values) => (object: Values) => ({ ...object, status: next });

type StandIn = Awaited<ReturnType<typeof standIn>>;

/** A ReplicaSet of the deployment and one pod of it. */
function withPod({ api }: StandIn, podStatus: Values, setStatus: Values = {}): void {
  const owner = (uid: string) => ({ ownerReferences: [{ uid }] });
  api.put("/apis/apps/v1/namespaces/shop/replicasets/web-1", {
    metadata: { uid: "set", ...owner("uid-1") },
    status: setStatus,
  });
  api.put(`${podsPath}/web-1-x`, {
    metadata: { name: "web-1-x", uid: "pod", ...owner("set") },
    status: podStatus,
  });
}

describe("a deployment", () => {
  const type = "kubernetes:apps/v1:Deployment";

  test("is waited for with progress, until all new replicas are available and no old one is left", async () => {
    const { create, api, engine } = await standIn(type);
    const steps = [status(2, 1, 0), status(3, 2, 2), status(2, 2, 2)].map(becomes);
    api.then(deploymentPath, (object) => object, ...steps);
    const outputs = decodeValues((await create(deployment())).getProperties());
    expect(outputs["status"]).toEqual(status(2, 2, 2));
    expect(engine.lines.map(({ text }) => text)).toEqual([
      "waiting for the deployment controller",
      "1 of 2 replicas updated, 0 available, 1 old",
      "2 of 2 replicas updated, 2 available, 1 old",
      "",
    ]);
  });

  test.each([
    ["none is wanted", { replicas: 0 }, status(0, 0, 0)],
    ["it is paused", { paused: true }, status(1, 0, 1)],
  ])("is ready where %s", async (_, spec, now) => {
    const { create, api } = await standIn(type);
    api.then(deploymentPath, (object) => object, becomes(now));
    expect((await create(deployment(spec))).getId()).toBe("shop/web");
  });

  const exceeded = {
    conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }],
  };

  test("that makes no progress fails at once, with what stands in the way, and is stored", async () => {
    const running = await standIn(type);
    running.api.then(deploymentPath, (object) => object, becomes(status(1, 1, 0, exceeded)));
    const waiting = { reason: "ImagePullBackOff", message: "not found" };
    withPod(running, { containerStatuses: [{ name: "app", state: { waiting } }] });
    const failure = await initFailure(running.create(deployment({ progressDeadlineSeconds: 7 })));
    expect(failure.reasons).toEqual([
      "Deployment shop/web: 1 of 2 replicas updated, 0 available, 0 old, no progress for 7 s (progressDeadlineSeconds)",
      "Pod web-1-x: container app: ImagePullBackOff: not found",
    ]);
    expect(failure).toMatchObject({
      id: "shop/web",
      outputs: { status: { replicas: 1 }, __inputs: { kind: "Deployment" } },
    });
  });

  test("an older failure is not this one's", async () => {
    const { create, api } = await standIn(type);
    const before = { ...status(1, 1, 0, exceeded), observedGeneration: 0 };
    api.then(deploymentPath, becomes(before), becomes(before), becomes(status(2, 2, 2)));
    expect((await create(deployment())).getId()).toBe("shop/web");
  });

  test.each([
    ["customTimeouts", {}, 30, 30],
    ["the annotation", { "pulumi.com/timeoutSeconds": "45" }, 0, 45],
    ["ten minutes", {}, 0, 600],
  ])("gets as long as %s say", async (_, annotations, timeout, seconds) => {
    const clock = virtualClock();
    const { create, api } = await standIn(type, { clock });
    api.then(deploymentPath, (object) => object, becomes(status(1, 1, 1)));
    const { reasons } = await initFailure(create(deployment({}, annotations), { timeout }));
    expect(reasons[0]).toMatch(new RegExp(`^Deployment shop/web: not ready after ${seconds} s: 1 of 2 `));
    expect(clock.now()).toBeGreaterThanOrEqual(seconds * 1_000);
    expect(clock.now()).toBeLessThan(seconds * 1_000 + 2_000);
  });

  test("is not waited for with pulumi.com/skipAwait", async () => {
    const { create, api } = await standIn(type);
    await create(deployment({}, { "pulumi.com/skipAwait": "true" }));
    expect(api.requests).toEqual([`GET ${deploymentPath}`, `PATCH ${deploymentPath}`]);
  });

  test("that is deleted meanwhile fails", async () => {
    const { create, api } = await standIn(type);
    api.then(
      deploymentPath,
      (object) => object,
      () => undefined,
    );
    const { reasons } = await initFailure(create(deployment()));
    expect(reasons).toEqual(["Deployment shop/web: it was deleted while it was waited for"]);
  });

  test("that is cancelled is stored with what it was waiting for", async () => {
    const asleep = new Promise<void>((resolve) => void (clock.entered = resolve));
    const { create, api, client } = await standIn(type, { clock });
    api.then(deploymentPath, (object) => object, becomes(status(1, 1, 1)));
    const outcome = initFailure(create(deployment()));
    await asleep;
    await ask((done) => client.cancel(new Empty(), done));
    expect((await outcome).reasons).toEqual([
      "Deployment shop/web: waiting for the deployment controller, when the update was cancelled",
    ]);
  });

  /** A clock that stands still. */
  const clock = {
    entered: (): void => undefined,
    now: () => 0,
    sleep: (_: number, signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
        clock.entered();
      }),
  };
});

describe("what stands in the way", () => {
  const event = { metadata: { uid: "event" }, reason: "Unhealthy", message: "Readiness probe failed: 503" };
  const crash = { exitCode: 3, reason: "Error", message: "boom\n" };
  const app = (more: Values): Values => ({ containerStatuses: [{ name: "app", ...more }] });

  test.each([
    [
      "admission",
      {},
      { conditions: [{ type: "ReplicaFailure", status: "True", message: "violates PodSecurity" }] },
      "violates PodSecurity",
    ],
    [
      "a crash",
      app({ state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: { terminated: crash } }),
      {},
      "Pod web-1-x: container app: CrashLoopBackOff: ended with exit code 3 (Error, boom)",
    ],
    [
      "a crash just now",
      app({ state: { terminated: crash } }),
      {},
      "Pod web-1-x: container app: ended with exit code 3 (Error, boom)",
    ],
    [
      "a restart",
      app({ state: { running: {} }, lastState: { terminated: crash } }),
      {},
      "Pod web-1-x: container app was restarted: ended with exit code 3 (Error, boom)",
    ],
    [
      "an init container",
      { initContainerStatuses: [{ name: "init", state: { waiting: { reason: "ErrImagePull" } } }] },
      {},
      "Pod web-1-x: container init: ErrImagePull",
    ],
    [
      "no room",
      { conditions: [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available" }] },
      {},
      "Pod web-1-x: 0/1 nodes are available",
    ],
    [
      "an eviction",
      { reason: "Evicted", message: "low on memory" },
      {},
      "Pod web-1-x: Evicted: low on memory",
    ],
    ["a probe", app({ state: { running: {} } }), {}, "Pod web-1-x: Readiness probe failed: 503"],
    [
      "nothing yet",
      app({ state: { waiting: { reason: "ContainerCreating" } } }),
      {},
      "Pod web-1-x: Readiness probe failed: 503",
    ],
  ] as [string, Values, Values, string][])("%s", async (_, podStatus, setStatus, reason) => {
    const running = await standIn("kubernetes:apps/v1:Deployment");
    running.api.put("/api/v1/namespaces/shop/events/1", event);
    running.api.put("/api/v1/namespaces/shop/events/2", {
      ...event,
      reason: "MissingClusterDNS",
      message: "no DNS",
    });
    running.api.then(deploymentPath, (object) => object, becomes(status(2, 2, 0)));
    withPod(running, podStatus, setStatus);
    const { reasons } = await initFailure(running.create(deployment(), { timeout: 1 }));
    expect(reasons[1]).toBe(reason);
    expect(running.engine.lines.map(({ text }) => text)).toContain(
      `2 of 2 replicas updated, 0 available, 0 old; ${reason}`,
    );
  });
});
