import { Unknown, decodeValues } from "@waybill/provider";
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

describe("preview of a create", () => {
  const preview = { preview: true };

  test("asks the server without changing anything; what only the update knows is unknown", async () => {
    const { create, api } = await standIn(configMap);
    const response = await create(inputs, preview);
    expect(response.getId()).toBe("");
    expect(api.requests).toEqual([`GET ${path}`, `PATCH ${path} dry`]);
    expect(decodeValues(response.getProperties())).toEqual({
      ...inputs,
      metadata: { ...inputs.metadata, generation: 1, uid: Unknown.value, creationTimestamp: Unknown.value },
    });
    expect(api.objects.size).toBe(0);
  });

  test("a Service's address is unknown, unless the program gives it", async () => {
    const { create, api } = await standIn("kubernetes:core/v1:Service");
    const at = "PATCH /api/v1/namespaces/shop/services/web dry";
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "shop" } };
    const body = {
      ...service,
      spec: { clusterIP: "10.0.0.0", clusterIPs: ["10.0.0.0"], ports: [{ port: 80, nodePort: 30000 }] },
      status: {},
    };
    api.prepare(at, { status: 201, body }, 2);
    const free = await create({ ...service, spec: { ports: [{ port: 80 }] } }, preview);
    expect(decodeValues(free.getProperties())).toMatchObject({
      spec: {
        clusterIP: Unknown.value,
        clusterIPs: Unknown.value,
        ports: [{ port: 80, nodePort: Unknown.value }],
      },
      status: Unknown.value,
    });
    const fixed = { clusterIP: "10.0.0.0", ports: [{ port: 80, nodePort: 30000 }] };
    expect(decodeValues((await create({ ...service, spec: fixed }, preview)).getProperties())).toMatchObject({
      spec: fixed,
    });
  });

  test("the server's refusal shows", async () => {
    const { create, api } = await standIn(configMap);
    const message = "ValidatingAdmissionPolicy 'pinned' denied request: use a digest";
    api.refuse(`PATCH ${path} dry`, 422, "Invalid", message);
    expect((await rejection(create(inputs, preview))).details).toContain(message);
  });

  test("unknown inputs are not sent", async () => {
    const { create, api } = await standIn(configMap);
    const response = await create({ ...inputs, data: { a: Unknown.value } }, preview);
    expect(api.requests).toEqual([]);
    expect(decodeValues(response.getProperties())).toMatchObject({
      data: { a: Unknown.value },
      metadata: { name: "web", uid: Unknown.value },
      status: Unknown.value,
    });
  });

  test("a namespace that does not exist yet is tolerated, and said once", async () => {
    const { create, api, engine } = await standIn(configMap);
    api.refuse(`PATCH ${path} dry`, 404, "NotFound", "not found", { kind: "namespaces" }, 2);
    await create(inputs, preview);
    const response = await create(inputs, preview);
    expect(decodeValues(response.getProperties())).toMatchObject({ data: { a: "1" }, status: Unknown.value });
    const said = engine.lines.filter(({ text }) =>
      text.includes("namespace shop does not exist before the update"),
    );
    expect(said).toHaveLength(1);
  });

  test("so is a kind that does not exist yet", async () => {
    const { create, engine } = await standIn("kubernetes:boxes.io/v1:Box");
    await create({ apiVersion: "boxes.io/v1", kind: "Box", metadata: { name: "web" } }, preview);
    expect(engine.lines.map(({ text }) => text).join()).toContain(
      "kind Box does not exist before the update",
    );
  });

  test("an object of somebody else is a warning only: it may be gone until then", async () => {
    const { create, api, engine } = await standIn(configMap);
    api.put(path, inputs);
    const response = await create(inputs, preview);
    expect(decodeValues(response.getProperties())).toMatchObject({ data: { a: "1" } });
    expect(engine.lines.find(({ severity }) => severity === "warning")?.text).toContain("already exists");
  });

  test("an object that will be replaced is tried out under another name", async () => {
    const { create, api } = await standIn(configMap);
    await create(inputs);
    const causes = [{ field: "data", message: "field is immutable when `immutable` is set" }];
    api.refuse(`PATCH ${path} dry`, 422, "Invalid", "no", { causes });
    const response = await create({ ...inputs, data: { a: "2" } }, preview);
    expect(api.asked.at(-1)).toMatchObject({ method: "POST", body: { metadata: { generateName: "web-" } } });
    expect(decodeValues(response.getProperties())).toMatchObject({
      metadata: { name: "web" },
      data: { a: "2" },
    });
  });
});
