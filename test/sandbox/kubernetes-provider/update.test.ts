import { Secret, Unknown, decodeValues, type Values } from "@waybill/provider";
import { rejection } from "../../provider/served";
import { standIn } from "./stand-in";

const type = "kubernetes:batch/v1:Job";
const path = "/apis/batch/v1/namespaces/shop/jobs/web";
const job = (spec: Values, annotations: Values = {}): Values => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: {
    name: "web",
    namespace: "shop",
    annotations: { "pulumi.com/skipAwait": "true", ...annotations },
  },
  spec,
});
const old = { inputs: job({ a: 1 }), outputs: { ...job({ a: 1 }), __fieldManager: "earlier" } };

describe("update", () => {
  test("applies as the manager that made it, and stores what lives now", async () => {
    const { update, api } = await standIn(type);
    api.put(path, job({ a: 1 }));
    const news = job({ a: new Secret(2) });
    const outputs = decodeValues((await update("shop/web", old, news)).getProperties());
    expect(api.requests).toEqual([`GET ${path}`, `PATCH ${path}`]);
    expect(api.asked.at(-1)?.query).toMatchObject({ fieldManager: "earlier", force: "false" });
    expect(outputs).toMatchObject({
      spec: { a: new Secret(2) },
      metadata: { uid: "uid-1", generation: 2 },
      __inputs: news,
      __fieldManager: "earlier",
    });
  });

  test("takes the manager that an annotation names", async () => {
    const { update, api } = await standIn(type);
    api.put(path, job({ a: 1 }));
    await update("shop/web", old, job({ a: 2 }, { "pulumi.com/patchFieldManager": "mine" }));
    expect(api.asked.at(-1)?.query["fieldManager"]).toBe("mine");
  });

  test("an object that somebody deleted is not made again behind the state's back", async () => {
    const { update } = await standIn(type);
    const error = await rejection(update("shop/web", old, job({ a: 2 })));
    expect(error.details).toMatch(/^Job shop\/web: .* deleted behind Pulumi's back\. Run `pulumi refresh`/);
  });

  test("what the user ignores is sent as it lives", async () => {
    const { update, api } = await standIn(type);
    api.put(path, job({ a: 1, replicas: 9, list: [{ v: 1 }, { v: 9 }] }));
    const news = job({ a: 2, replicas: 1, list: [{ v: 1 }, { v: 2 }] });
    await update("shop/web", old, news, {
      ignoreChanges: ["spec.replicas", "spec.list[1].v", "spec.absent"],
    });
    expect(api.asked.at(-1)?.body["spec"]).toEqual({ a: 2, replicas: 9, list: [{ v: 1 }, { v: 9 }] });
  });
});

describe("preview of an update", () => {
  test("is a dry run; the old status and version are not taken for new ones", async () => {
    const { update, api } = await standIn(type);
    api.put(path, { ...job({ a: 1 }), status: { succeeded: 1 } });
    const outputs = decodeValues(
      (await update("shop/web", old, job({ a: 2 }), { preview: true })).getProperties(),
    );
    expect(api.requests).toEqual([`GET ${path}`, `PATCH ${path} dry`]);
    expect(outputs).toMatchObject({
      spec: { a: 2 },
      status: Unknown.value,
      metadata: { uid: "uid-1", generation: 2 },
    });
    expect(outputs["metadata"]).not.toHaveProperty("resourceVersion");
    expect(api.objects.get(path)).toMatchObject({ spec: { a: 1 } });
  });

  test("unknown inputs are not sent", async () => {
    const { update, api } = await standIn(type);
    const response = await update("shop/web", old, job({ a: Unknown.value }), { preview: true });
    expect(api.requests).toEqual([]);
    expect(decodeValues(response.getProperties())).toMatchObject({
      spec: { a: Unknown.value },
      status: Unknown.value,
    });
  });

  test("the server's refusal shows", async () => {
    const { update, api } = await standIn(type);
    api.put(path, job({ a: 1 }));
    api.refuse(`PATCH ${path} dry`, 403, "Forbidden", "admission webhook said no");
    const error = await rejection(update("shop/web", old, job({ a: 2 }), { preview: true }));
    expect(error.details).toContain("found 403 Forbidden: admission webhook said no.");
  });
});
