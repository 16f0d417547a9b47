import { PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import { Secret, Unknown, type Values } from "@waybill/provider";
import { standIn, type Options } from "./stand-in";

const names = Object.fromEntries(
  Object.entries(PropertyDiff.Kind).map(([name, kind]) => [kind, name.toLowerCase().replace("_", " ")]),
);
const deploymentPath = "/apis/apps/v1/namespaces/shop/deployments/web";

const deployment = (spec: Values): Values => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop" },
  spec,
});
const pod = (container: Values): Values =>
  deployment({ template: { spec: { containers: [{ name: "a", ...container }] } } });

interface Case extends Options {
  readonly type?: string;
  readonly ignored?: string[];
  readonly prepare?: (api: Awaited<ReturnType<typeof standIn>>["api"]) => void;
}

/** What a diff says when these inputs were applied, this object lives now, and the program wants something new. */
async function diffOf(inputs: Values, live: Values, news: Values, given: Case = {}) {
  const { diff, api } = await standIn(given.type ?? "kubernetes:apps/v1:Deployment", given);
  given.prepare?.(api);
  const old = { inputs, outputs: { ...live, __inputs: inputs, __fieldManager: "earlier" } };
  const response = await diff("shop/web", old, news, given.ignored);
  const detailed = response.getDetaileddiffMap();
  const lines = [...detailed.keys()].map(
    (path) => `${names[detailed.get(path)?.getKind() ?? -1] ?? ""} ${path}`,
  );
  return { lines, deleteBeforeReplace: response.getDeletebeforereplace(), api };
}

describe("the same means no change", () => {
  const same = (inputs: Values, live: Values) => diffOf(inputs, live, inputs).then(({ lines }) => lines);

  test.each([
    ["what the server filled in", { replicas: 1 }, { replicas: 1, strategy: { type: "RollingUpdate" } }],
    ["a false and an empty list that the server dropped", { paused: false, list: [], map: { a: "" } }, {}],
    ["an empty text in a list", { list: [{ name: "A", value: "" }] }, { list: [{ name: "A" }] }],
    [
      "a container that was injected in front",
      { c: [{ name: "a" }] },
      { c: [{ name: "proxy" }, { name: "a" }] },
    ],
    ["another order of names", { c: [{ name: "a" }, { name: "b" }] }, { c: [{ name: "b" }, { name: "a" }] }],
    ["an object more in a list without names", { t: [{ key: "x" }] }, { t: [{ key: "x" }, { key: "y" }] }],
    [
      "quantities in other words",
      { limits: { cpu: "0.5", memory: "1024Mi" } },
      { limits: { cpu: "500m", memory: "1Gi" } },
    ],
    ["a number as quantity", { requests: { cpu: 2 } }, { requests: { cpu: "2" } }],
  ])("%s", async (_, inputs, live) => {
    expect(await same(deployment(inputs), deployment(live))).toEqual([]);
  });

  test("a Secret's stringData that came back as data", async () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "web", namespace: "shop" } };
    const inputs = { ...secret, stringData: new Secret({ a: "x" }) };
    const live = { ...secret, data: new Secret({ a: Buffer.from("x").toString("base64") }) };
    expect((await diffOf(inputs, live, inputs, { type: "kubernetes:core/v1:Secret" })).lines).toEqual([]);
  });
});

describe("changes", () => {
  test.each([
    [
      "a new value",
      { image: "a" },
      { image: "a" },
      { image: "b" },
      ["update spec.template.spec.containers[0].image"],
    ],
    ["a new key", {}, { tty: true }, { stdin: true }, ["add spec.template.spec.containers[0].stdin"]],
    ["a key taken away", { tty: true }, { tty: true }, {}, ["delete spec.template.spec.containers[0].tty"]],
    [
      "what somebody changed",
      { image: "a" },
      { image: "z" },
      { image: "a" },
      ["update spec.template.spec.containers[0].image"],
    ],
    [
      "what somebody took away",
      { args: ["x"] },
      {},
      { args: ["x"] },
      ["add spec.template.spec.containers[0].args"],
    ],
    [
      "a word that somebody added",
      { args: ["x"] },
      { args: ["x", "y"] },
      { args: ["x"] },
      ["delete spec.template.spec.containers[0].args[1]"],
    ],
    [
      "an unknown",
      { image: "a" },
      { image: "a" },
      { image: Unknown.value },
      ["update spec.template.spec.containers[0].image"],
    ],
  ] as [string, Values, Values, Values, string[]][])("%s", async (_, inputs, live, news, expected) => {
    const prepare: Case["prepare"] = (api) => api.put(deploymentPath, pod(live));
    expect((await diffOf(pod(inputs), pod(live), pod(news), { prepare })).lines).toEqual(expected);
  });

  test("another quantity is a change, and outside of resources 1 and 1000m are not the same", async () => {
    const prepare: Case["prepare"] = (api) => api.put(deploymentPath, {});
    const limits = (cpu: string) => pod({ limits: { cpu } });
    expect((await diffOf(limits("1"), limits("2"), limits("1"), { prepare })).lines).toHaveLength(1);
    const env = (value: string) => pod({ env: [{ name: "A", value }] });
    expect((await diffOf(env("1000m"), env("1"), env("1000m"), { prepare })).lines).toHaveLength(1);
  });

  test("ignored ones are none", async () => {
    const given = { ignored: ["spec.replicas", 'metadata.labels["a.b/c"]'] };
    const { lines } = await diffOf(
      deployment({ replicas: 1 }),
      deployment({ replicas: 5 }),
      deployment({ replicas: 1 }),
      given,
    );
    expect(lines).toEqual([]);
  });
});

describe("replacement", () => {
  const object = (kind: string, more: Values): Values => ({
    apiVersion: "v1",
    kind,
    metadata: { name: "web", namespace: "shop" },
    ...more,
  });
  const config = (data: Values, more: Values = {}) => object("ConfigMap", { data, ...more });
  const configMap = "kubernetes:core/v1:ConfigMap";
  const secret = (data: Values) => object("Secret", { data: new Secret(data) });

  test.each([
    [
      "a selector",
      "kubernetes:apps/v1:Deployment",
      deployment({ selector: { matchLabels: { a: "1" } } }),
      deployment({ selector: { matchLabels: { a: "2" } } }),
      {},
    ],
    ["a ConfigMap's data", configMap, config({ a: "1" }), config({ a: "2" }), {}],
    ["a Secret's data", "kubernetes:core/v1:Secret", secret({ a: "1" }), secret({ a: "2" }), {}],
    [
      "an immutable ConfigMap's data, mutable ones allowed",
      configMap,
      config({ a: "1" }, { immutable: true }),
      config({ a: "2" }, { immutable: true }),
      { enableConfigMapMutable: "true" },
    ],
    [
      "a role",
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
      object("RoleBinding", { roleRef: { name: "a" } }),
      object("RoleBinding", { roleRef: { name: "b" } }),
      {},
    ],
    ["a name", configMap, config({}), { ...config({}), metadata: { name: "other", namespace: "shop" } }, {}],
  ] as [string, string, Values, Values, Values][])("%s", async (what, type, before, after, settings) => {
    const { lines, deleteBeforeReplace } = await diffOf(before, before, after, { type, config: settings });
    expect(lines).toEqual([expect.stringMatching(/^update replace /)]);
    // Two objects cannot have one name.
    expect(deleteBeforeReplace).toBe(what !== "a name");
  });

  test.each([
    ["ConfigMap", configMap, config({ a: "1" }), config({ a: "2" }), { enableConfigMapMutable: "true" }, {}],
    [
      "Secret",
      "kubernetes:core/v1:Secret",
      secret({ a: "1" }),
      secret({ a: "2" }),
      {},
      { PULUMI_K8S_ENABLE_SECRET_MUTABLE: "true" },
    ],
  ] as const)("not of a %s that the user calls mutable", async (kind, type, before, after, settings, env) => {
    const prepare: Case["prepare"] = (api) =>
      api.put(`/api/v1/namespaces/shop/${kind.toLowerCase()}s/web`, {});
    const { lines } = await diffOf(before, before, after, { type, config: settings, env, prepare });
    expect(lines).toEqual(["update data.a"]);
  });

  test("not of what is unknown as a whole: nobody knows whether it will be another selector", async () => {
    const before = deployment({ selector: { matchLabels: { a: "1" } } });
    const { lines } = await diffOf(before, before, { ...before, spec: Unknown.value });
    expect(lines).toEqual(["update spec"]);
  });

  test("a generated name needs no room: the new one comes first", async () => {
    const metadata = { name: "web-1", namespace: "shop", annotations: { "pulumi.com/autonamed": "true" } };
    const before = { ...config({ a: "1" }), metadata };
    const { deleteBeforeReplace } = await diffOf(
      before,
      before,
      { ...config({ a: "2" }), metadata },
      { type: configMap },
    );
    expect(deleteBeforeReplace).toBe(false);
  });

  test("a field that only the API server knows to be immutable", async () => {
    const prepare: Case["prepare"] = (api) =>
      api.refuse(`PATCH ${deploymentPath} dry`, 422, "Invalid", "invalid", {
        causes: [{ field: "spec.template.spec.fixed", message: "Invalid value: 2: field is immutable" }],
      });
    const spec = (fixed: number, replicas: number) => deployment({ replicas, template: { spec: { fixed } } });
    const { lines, api } = await diffOf(spec(1, 1), spec(1, 1), spec(2, 2), { prepare });
    expect(lines).toEqual(["update spec.replicas", "update replace spec.template.spec.fixed"]);
    expect(api.asked.at(-1)?.query).toMatchObject({ fieldManager: "earlier", dryRun: "All", force: "true" });
  });

  test("another refusal is the update's to tell", async () => {
    const prepare: Case["prepare"] = (api) =>
      api.refuse(`PATCH ${deploymentPath} dry`, 422, "Invalid", "replicas must not be negative");
    const { lines } = await diffOf(
      deployment({ replicas: 1 }),
      deployment({ replicas: 1 }),
      deployment({ replicas: -1 }),
      { prepare },
    );
    expect(lines).toEqual(["update spec.replicas"]);
  });
});
