import { Secret, decodeValues, type Values } from "@waybill/provider";
import { initFailure, standIn } from "./stand-in";

const configMap = "kubernetes:core/v1:ConfigMap";
const path = "/api/v1/namespaces/shop/configmaps/web";
const object = (more: Values, metadata: Values = {}): Values => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "web", namespace: "shop", ...metadata },
  ...more,
});

describe("refresh", () => {
  test("answers with the live object in the shape of the inputs", async () => {
    const { read, api } = await standIn(configMap);
    api.put(path, object({ data: { a: "changed", b: "added" } }, { labels: { x: "y" } }));
    const inputs = object({ data: { a: new Secret("1") } });
    const response = await read("shop/web", { inputs, outputs: { __fieldManager: "earlier" } });
    expect(response.getId()).toBe("shop/web");
    expect(decodeValues(response.getInputs())).toEqual(object({ data: { a: new Secret("changed") } }));
    expect(decodeValues(response.getProperties())).toMatchObject({
      data: { a: new Secret("changed"), b: "added" },
      metadata: { labels: { x: "y" } },
      __fieldManager: "earlier",
    });
  });

  test("what is gone is gone, and so is what lost its kind", async () => {
    const gone = await standIn(configMap);
    expect((await gone.read("shop/web", { inputs: object({}), outputs: {} })).getId()).toBe("");
    const kindless = await standIn("kubernetes:boxes.io/v1:Box");
    expect((await kindless.read("shop/web", { inputs: object({}), outputs: {} })).getId()).toBe("");
  });

  test("what is not well comes back with the reasons", async () => {
    const { read, api } = await standIn("kubernetes:apps/v1:Deployment");
    const deployment = { ...object({ spec: { replicas: 2 } }), apiVersion: "apps/v1", kind: "Deployment" };
    const status = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 1 };
    api.put("/apis/apps/v1/namespaces/shop/deployments/web", { ...deployment, status });
    const failure = await initFailure(read("shop/web", { inputs: deployment, outputs: {} }));
    expect(failure.reasons).toEqual(["Deployment shop/web: 2 of 2 replicas updated, 1 available, 0 old"]);
    expect(failure).toMatchObject({ id: "shop/web", inputs: deployment, outputs: { status } });
  });
});

test("an import takes all that a program could have written", async () => {
  const { read, api } = await standIn(configMap);
  const annotations = { mine: "1", "kubectl.kubernetes.io/last-applied-configuration": "{}" };
  const live = object(
    { data: { a: "1" }, status: { ok: true } },
    { annotations, resourceVersion: "3", managedFields: [] },
  );
  api.put(path, live);
  const response = await read("shop/web");
  expect(decodeValues(response.getInputs())).toEqual(
    object({ data: { a: "1" } }, { annotations: { mine: "1" } }),
  );
  expect(decodeValues(response.getProperties())).toMatchObject({ status: { ok: true } });
});

test("an imported Secret's content is secret", async () => {
  const { read, api } = await standIn("kubernetes:core/v1:Secret");
  api.put("/api/v1/namespaces/shop/secrets/web", { ...object({ data: { a: "MQ==" } }), kind: "Secret" });
  const response = await read("shop/web");
  const secret = new Secret({ a: "MQ==" });
  expect(decodeValues(response.getInputs())["data"]).toEqual(secret);
  expect(decodeValues(response.getProperties())).toMatchObject({ data: secret, __inputs: { data: secret } });
});
