import { status } from "@grpc/grpc-js";
import { Secret, decodeValues, type Values } from "@waybill/provider";
import { rejection } from "../../provider/served";
import { standIn } from "./stand-in";

const configMap = "kubernetes:core/v1:ConfigMap";
const path = "/api/v1/namespaces/shop/configmaps/web";
const inputs = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "web", namespace: "shop" },
  data: { a: "1" },
};
/** The manager that follows from the URN. */
const manager = /^pulumi-kubernetes-[0-9a-f]{8}$/;
const theirs = {
  ...inputs,
  metadata: { ...inputs.metadata, managedFields: [{ manager: "kubectl", operation: "Update" }] },
};

describe("create", () => {
  test("applies on the server, and stores the live object with what made it", async () => {
    const { create, api } = await standIn(configMap);
    const response = await create(inputs);
    expect(response.getId()).toBe("shop/web");
    expect(api.requests).toEqual([`GET ${path}`, `PATCH ${path}`]);
    expect(api.asked.at(-1)).toMatchObject({
      query: {
        fieldManager: expect.stringMatching(manager) as string,
        force: "false",
        fieldValidation: "Warn",
      },
      body: inputs,
    });
    expect(decodeValues(response.getProperties())).toEqual({
      ...inputs,
      metadata: {
        ...inputs.metadata,
        uid: "uid-1",
        generation: 1,
        resourceVersion: "7",
        creationTimestamp: "2026-11-21T00:00:00Z",
      },
      __inputs: inputs,
      __initialApiVersion: "v1",
      __fieldManager: expect.stringMatching(manager) as string,
    });
  });

  test("finds its own earlier result, as after a kill, and makes it what the inputs say now", async () => {
    const { create, api } = await standIn(configMap);
    await create(inputs);
    const before = api.objects.get(path);
    const response = await create({ ...inputs, data: { a: "2" } });
    expect(decodeValues(response.getProperties())).toMatchObject({
      metadata: { uid: "uid-1" },
      data: { a: "2" },
    });
    expect(before).toMatchObject({ metadata: { uid: "uid-1" } });
  });

  test("never takes over an object that somebody else made", async () => {
    const { create, api } = await standIn(configMap);
    api.put(path, theirs);
    const error = await rejection(create(inputs));
    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.details).toMatch(
      /^ConfigMap shop\/web: expected a name that is free, found .*already exists/,
    );
    expect(api.requests).toEqual([`GET ${path}`]);
  });

  test("takes it over where the user says so", async () => {
    const { create, api } = await standIn(configMap, { config: { upsertExistingObjects: "true" } });
    api.put(path, theirs);
    expect((await create(inputs)).getId()).toBe("shop/web");
    expect(api.requests).toContain(`PATCH ${path}`);
  });

  test("waits until an older object of that name is gone", async () => {
    const { create, api, engine } = await standIn(configMap);
    const finalizers = ["somebody/cleans-up"];
    api.put(path, {
      ...inputs,
      metadata: { ...inputs.metadata, deletionTimestamp: "2026-11-21T00:00:00Z", finalizers },
    });
    api.then(
      path,
      (object) => object,
      (object) => object,
      () => undefined,
    );
    await create(inputs);
    expect(api.requests).toEqual([...Array<string>(3).fill(`GET ${path}`), `PATCH ${path}`]);
    expect(engine.lines.map(({ text }) => text)).toContain(
      'being deleted; finalizers left: "somebody/cleans-up"',
    );
  });

  test("waits a little for a namespace that the same update makes, and then says which is missing", async () => {
    const { create, api } = await standIn(configMap);
    const missing = [
      "PATCH " + path,
      404,
      "NotFound",
      'namespaces "shop" not found',
      { kind: "namespaces" },
    ] as const;
    api.refuse(...missing, 2);
    expect((await create(inputs)).getId()).toBe("shop/web");
    api.objects.clear();
    api.refuse(...missing, 99);
    const error = await rejection(create(inputs));
    expect(error.details).toMatch(
      /found 404 NotFound: namespaces "shop" not found\. Create the namespace first/,
    );
  });

  test("waits a little for a kind that the same update defines, and then says which is missing", async () => {
    const { create, api } = await standIn("kubernetes:boxes.io/v1:Box");
    const box = { apiVersion: "boxes.io/v1", kind: "Box", metadata: { name: "web", namespace: "shop" } };
    const error = await rejection(create(box));
    expect(error.details).toMatch(
      /^Box shop\/web: expected kind Box of boxes\.io\/v1 on the API server, found no such kind/,
    );
    api.kinds.set("/apis/boxes.io/v1", { resources: [{ name: "boxes", kind: "Box", namespaced: false }] });
    // It was taken for one with namespaces as long as nobody knew better.
    const response = await create(box);
    expect([response.getId(), api.requests.at(-1)]).toEqual(["web", "PATCH /apis/boxes.io/v1/boxes/web"]);
    expect(decodeValues(response.getProperties())).toMatchObject({ __inputs: { metadata: { name: "web" } } });
  });

  test("what the API server refuses is told in terms of the object, without secrets", async () => {
    const { create, api } = await standIn(configMap);
    api.refuse(`PATCH ${path}`, 422, "Invalid", 'data.a: Invalid value: "s3cret": no');
    const error = await rejection(create({ ...inputs, data: { a: new Secret("s3cret") } }));
    expect(error.details).toBe(
      "ConfigMap shop/web: expected the API server to accept it, " +
        'found 422 Invalid: data.a: Invalid value: "[secret]": no. Change what the message names, and run again.',
    );
  });

  test("warnings of the API server reach the user", async () => {
    const { create, api, engine } = await standIn(configMap);
    const warning = '299 - "old is \\"deprecated\\"", 299 - "and ugly"';
    api.prepare(`PATCH ${path}`, { status: 200, body: inputs, warning });
    await create(inputs);
    const warnings = engine.lines.filter(({ severity }) => severity === "warning").map(({ text }) => text);
    expect(warnings).toEqual(['old is "deprecated"', "and ugly"]);
  });

  test("the dashes of a definition's schema survive", async () => {
    const { create, api } = await standIn("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition");
    const at = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/web";
    const spec = { schema: { x_kubernetes_preserve_unknown_fields: true } };
    const annotations = { "pulumi.com/skipAwait": "true" };
    const response = await create({
      kind: "CustomResourceDefinition",
      metadata: { name: "web", annotations },
      spec,
    });
    expect(api.objects.get(at)).toMatchObject({
      spec: { schema: { "x-kubernetes-preserve-unknown-fields": true } },
    });
    expect(decodeValues(response.getProperties())).toMatchObject({ spec });
  });
});

describe("secrets in outputs", () => {
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "web", namespace: "shop" } };
  const secretPath = "/api/v1/namespaces/shop/secrets/web";

  test("a Secret's content is, also where the server moved it and where kubectl repeats it", async () => {
    const { create, api } = await standIn("kubernetes:core/v1:Secret");
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "x", plain: "y" };
    const body = { ...secret, metadata: { ...secret.metadata, annotations }, data: { a: "eA==" } };
    api.prepare(`PATCH ${secretPath}`, { status: 201, body });
    const outputs = decodeValues((await create({ ...secret, stringData: { a: "x" } })).getProperties());
    expect(outputs["data"]).toEqual(new Secret({ a: "eA==" }));
    expect(outputs["metadata"]).toMatchObject({
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": new Secret("x"), plain: "y" },
    });
  });

  test("a secret of the program is, in the outputs and in the stored inputs", async () => {
    const { create } = await standIn(configMap);
    const outputs = decodeValues(
      (await create({ ...inputs, data: { a: new Secret("1"), b: "2" } })).getProperties(),
    );
    const data = { a: new Secret("1"), b: "2" };
    expect(outputs).toMatchObject({ data, __inputs: { data } });
  });
});

describe("conflicts", () => {
  const conflict = (owner: string): Values => ({
    causes: [{ field: ".data.a", message: `conflict with "${owner}"` }],
  });

  test("what was changed by hand gives way", async () => {
    const { create, api } = await standIn(configMap);
    api.refuse(`PATCH ${path}`, 409, "Conflict", "1 conflict", conflict("kubectl-edit"));
    await create(inputs);
    expect(api.asked.filter(({ method }) => method === "PATCH").map(({ query }) => query["force"])).toEqual([
      "false",
      "true",
    ]);
  });

  test("another controller's field does not, and the user hears how to take it", async () => {
    const { create, api } = await standIn(configMap);
    api.refuse(
      `PATCH ${path}`,
      409,
      "Conflict",
      'conflict with "autoscaler": .data.a',
      conflict("autoscaler"),
    );
    const error = await rejection(create(inputs));
    expect(error.details).toMatch(
      /found 409 Conflict: conflict with "autoscaler": \.data\.a\. .*pulumi\.com\/patchForce/,
    );
  });

  test.each([
    ["the annotation", { "pulumi.com/patchForce": "true" }, {}],
    ["the provider's setting", {}, { enablePatchForce: "true" }],
  ])("%s takes it", async (_, annotations, config) => {
    const { create, api } = await standIn(configMap, { config });
    await create({ ...inputs, metadata: { ...inputs.metadata, annotations } });
    expect(api.asked.at(-1)?.query["force"]).toBe("true");
  });
});
