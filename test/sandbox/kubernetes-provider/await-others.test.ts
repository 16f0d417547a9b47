import { decodeValues, type Values } from "@waybill/provider";
import { initFailure, standIn } from "./stand-in";

const labelled = (kind: string, apiVersion: string, more: Values, annotations: Values = {}): Values => ({
  apiVersion,
  kind,
  metadata: { name: "web", namespace: "shop", annotations },
  ...more,
});
const podsPath = "/api/v1/namespaces/shop/pods";
const becomes = (next: Values) => (object: Values) => ({ ...object, status: next });

describe("other kinds", () => {
  const cases: [string, string, string, Values, Values, Values, string][] = [
    [
      "StatefulSet",
      "apps/v1",
      "statefulsets",
      { replicas: 2 },
      {
        observedGeneration: 1,
        availableReplicas: 1,
        updatedReplicas: 1,
        updateRevision: "b",
        currentRevision: "a",
      },
      {
        observedGeneration: 1,
        availableReplicas: 2,
        updatedReplicas: 2,
        updateRevision: "b",
        currentRevision: "a",
      },
      "1 of 2 replicas available, 1 of 2 up to date",
    ],
    [
      "StatefulSet",
      "apps/v1",
      "statefulsets",
      { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } },
      { observedGeneration: 0 },
      {
        observedGeneration: 1,
        availableReplicas: 2,
        updatedReplicas: 1,
        updateRevision: "b",
        currentRevision: "a",
      },
      "waiting for the stateful set controller",
    ],
    [
      "DaemonSet",
      "apps/v1",
      "daemonsets",
      {},
      { observedGeneration: 1, desiredNumberScheduled: 2, numberAvailable: 1, updatedNumberScheduled: 2 },
      { observedGeneration: 1, desiredNumberScheduled: 2, numberAvailable: 2, updatedNumberScheduled: 2 },
      "1 of 2 pods available, 2 up to date",
    ],
    [
      "DaemonSet",
      "apps/v1",
      "daemonsets",
      { updateStrategy: { type: "OnDelete" } },
      { observedGeneration: 0 },
      { observedGeneration: 1, desiredNumberScheduled: 2, numberAvailable: 2, updatedNumberScheduled: 0 },
      "waiting for the daemon set controller",
    ],
    [
      "Job",
      "batch/v1",
      "jobs",
      { completions: 2 },
      { succeeded: 1 },
      { conditions: [{ type: "Complete", status: "True" }] },
      "1 of 2 pods succeeded",
    ],
    [
      "Job",
      "batch/v1",
      "jobs",
      {},
      {},
      { conditions: [{ type: "Suspended", status: "True" }] },
      "0 of 1 pods succeeded",
    ],
    [
      "Pod",
      "v1",
      "pods",
      {},
      { phase: "Pending" },
      { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
      "pod is Pending, not ready",
    ],
    ["Pod", "v1", "pods", {}, { phase: "Running" }, { phase: "Succeeded" }, "pod is Running, not ready"],
    [
      "Service",
      "v1",
      "services",
      { type: "LoadBalancer" },
      {},
      { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } },
      "no load balancer gave it an address",
    ],
  ];
  test.each(cases)("%s of %s", async (kind, apiVersion, plural, spec, before, after, message) => {
    const [group = "", version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
    const { create, api, engine } = await standIn(`kubernetes:${group}/${version ?? ""}:${kind}`);
    const path = `${group === "core" ? "/api" : `/apis/${group}`}/${version ?? ""}/namespaces/shop/${plural}/web`;
    api.then(path, (object) => object, becomes(before), becomes(after));
    const outputs = decodeValues((await create(labelled(kind, apiVersion, { spec }))).getProperties());
    expect(outputs["status"]).toEqual(after);
    expect(engine.lines.map(({ text }) => text)).toContain(message);
  });

  test("a definition, until the API server knows its kind", async () => {
    const { create, api, engine } = await standIn(
      "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
    );
    const established = { conditions: [{ type: "Established", status: "True" }] };
    api.then(
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/web",
      (object) => object,
      becomes({}),
      becomes(established),
    );
    await create({ kind: "CustomResourceDefinition", metadata: { name: "web" }, spec: {} });
    expect(engine.lines.map(({ text }) => text)).toEqual(["not established yet", ""]);
  });

  test("a failed job fails at once, with the reason and what was said to it", async () => {
    const { create, api } = await standIn("kubernetes:batch/v1:Job");
    const failed = {
      failed: 1,
      conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "too often" }],
    };
    api.then("/apis/batch/v1/namespaces/shop/jobs/web", (object) => object, becomes(failed));
    api.put("/api/v1/namespaces/shop/events/1", {
      metadata: { uid: "event" },
      reason: "FailedCreate",
      message: "quota exceeded",
    });
    const { reasons } = await initFailure(create(labelled("Job", "batch/v1", { spec: {} })));
    expect(reasons).toEqual([
      "Job shop/web: 0 of 1 pods succeeded, 1 failed",
      "BackoffLimitExceeded: too often",
      "quota exceeded",
    ]);
  });

  test("a failed pod fails at once", async () => {
    const { create, api } = await standIn("kubernetes:core/v1:Pod");
    api.then(`${podsPath}/web`, (object) => object, becomes({ phase: "Failed", reason: "Evicted" }));
    const { reasons } = await initFailure(create(labelled("Pod", "v1", { spec: {} })));
    expect(reasons).toEqual(["Pod shop/web: pod is Failed, not ready", "Pod web: Evicted"]);
  });
});

describe("a service", () => {
  const type = "kubernetes:core/v1:Service";
  const slices = "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices";
  const service = (spec: Values) => labelled("Service", "v1", { spec });

  test("is ready with its first ready address", async () => {
    const { create, api, engine } = await standIn(type);
    api.put(`${slices}/web-1`, {
      endpoints: [{ conditions: { ready: false } }, { conditions: { ready: true } }],
    });
    await create(service({ selector: { app: "web" } }));
    expect(engine.lines.map(({ text }) => text)).toEqual([]);
    expect(api.asked.at(-1)?.query).toEqual({ labelSelector: "kubernetes.io/service-name=web" });
  });

  test("waits for the pods that it selects", async () => {
    const { create, api } = await standIn(type);
    api.put(`${slices}/web-1`, { endpoints: [{ conditions: { ready: false } }] });
    const { reasons } = await initFailure(create(service({ selector: { app: "web" } }), { timeout: 3 }));
    expect(reasons).toEqual(["Service shop/web: not ready after 3 s: 0 of 1 selected pods are ready"]);
  });

  test.each([
    ["selects no pod yet", { selector: { app: "web" } }],
    ["has no selector", {}],
    ["is headless", { clusterIP: "None", selector: { app: "web" } }],
    ["is a name", { type: "ExternalName" }],
  ])("one that %s is not waited for", async (_, spec) => {
    const { create } = await standIn(type);
    expect((await create(service(spec))).getId()).toBe("shop/web");
  });
});
