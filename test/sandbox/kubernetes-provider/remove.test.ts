import { status } from "@grpc/grpc-js";
import type { Values } from "@waybill/provider";
import { rejection } from "../../provider/served";
import { standIn } from "./stand-in";

const configMap = "kubernetes:core/v1:ConfigMap";
const path = "/api/v1/namespaces/shop/configmaps/web";
const object = (annotations: Values = {}, metadata: Values = {}): Values => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "web", namespace: "shop", annotations, ...metadata },
});
const old = (annotations: Values = {}) => ({ inputs: object(annotations), outputs: object(annotations) });

test("deletes what it owns first, and waits until it is gone", async () => {
  const { remove, api, engine } = await standIn(configMap);
  api.put(path, object({}, { finalizers: ["foregroundDeletion"] }));
  api.then(
    path,
    (live) => live,
    (live) => live,
    () => undefined,
  );
  await remove("shop/web", old());
  expect(api.requests).toEqual([`GET ${path}`, `DELETE ${path}`, `GET ${path}`, `GET ${path}`]);
  expect(api.asked[2]?.body).toMatchObject({ propagationPolicy: "Foreground" });
  expect(engine.lines.map(({ text }) => text)).toEqual([
    'being deleted; finalizers left: "foregroundDeletion"',
    "",
  ]);
});

test("another object that got its name meanwhile is not waited for", async () => {
  const { remove, api } = await standIn(configMap);
  api.put(path, object());
  api.then(
    path,
    (live) => live,
    () => object({}, { uid: "another" }),
  );
  await remove("shop/web", old());
  expect(api.objects.has(path)).toBe(true);
});

test("what is gone already is deleted, and so is what lost its kind", async () => {
  const gone = await standIn(configMap);
  await gone.remove("shop/web", old());
  expect(gone.api.requests).toEqual([`GET ${path}`]);
  const raced = await standIn(configMap);
  raced.api.put(path, object());
  raced.api.refuse(`DELETE ${path}`, 404, "NotFound", "gone");
  await raced.remove("shop/web", old());
  const kindless = await standIn("kubernetes:boxes.io/v1:Box");
  await kindless.remove("shop/web", old());
  expect(kindless.api.requests).toEqual([]);
});

test("what never goes fails, and names what holds it", async () => {
  const { remove, api } = await standIn(configMap);
  api.put(path, object({}, { finalizers: ["somebody/else"] }));
  api.then(path, (live) => live);
  const error = await rejection(remove("shop/web", old(), 20));
  expect(error.code).toBe(status.ABORTED);
  expect(error.details).toMatch(
    /^ConfigMap shop\/web: expected to be gone within 20 s, found finalizers left: "somebody\/else"\./,
  );
});

test("a namespace says what is still in it", async () => {
  const { remove, api, engine } = await standIn("kubernetes:core/v1:Namespace");
  const at = "/api/v1/namespaces/web";
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "web" } };
  const conditions = [
    {
      type: "NamespaceContentRemaining",
      status: "True",
      message: "Some resources are remaining: pods. has 1",
    },
    { type: "NamespaceDeletionContentFailure", status: "False", message: "All content deleted" },
  ];
  api.put(at, { ...namespace, spec: { finalizers: ["kubernetes"] }, status: { conditions } });
  api.then(
    at,
    (live) => live,
    (live) => live,
    () => undefined,
  );
  await remove("web", { inputs: namespace, outputs: namespace });
  expect(engine.lines[0]?.text).toBe(
    'being deleted; Some resources are remaining: pods. has 1; finalizers left: "kubernetes"',
  );
});

test.each([
  ["pulumi.com/deletionPropagationPolicy", "orphan", "Orphan"],
  ["pulumi.com/deletionPropagationPolicy", "background", "Background"],
])("%s: %s is heard", async (key, value, policy) => {
  const { remove, api } = await standIn(configMap);
  api.put(path, object());
  await remove("shop/web", old({ [key]: value }));
  expect(api.asked.find(({ method }) => method === "DELETE")?.body).toMatchObject({
    propagationPolicy: policy,
  });
});

test("pulumi.com/skipAwait does not wait", async () => {
  const { remove, api } = await standIn(configMap);
  api.put(path, object({}, { finalizers: ["somebody/else"] }));
  await remove("shop/web", old({ "pulumi.com/skipAwait": "true" }));
  expect(api.requests).toEqual([`GET ${path}`, `DELETE ${path}`]);
});
