import { status } from "@grpc/grpc-js";
import { CheckRequest } from "@pulumi/pulumi/proto/provider_pb";
import { Secret, Unknown, decodeValues, type Values } from "@waybill/provider";
import { rejection, type CheckOptions } from "../../provider/served";
import { standIn, type Options } from "./stand-in";

const configMap = "kubernetes:core/v1:ConfigMap";

async function checked(type: string, news: Values, options: Options & CheckOptions = {}) {
  const { check } = await standIn(type, options);
  const response = await check(news, options);
  return {
    inputs: decodeValues(response.getInputs()),
    failures: response.getFailuresList().map((one) => `${one.getProperty()}: ${one.getReason()}`),
  };
}

describe("names", () => {
  test("one that is given stays", async () => {
    const { inputs } = await checked(configMap, { metadata: { name: "mine" } });
    expect(inputs["metadata"]).toEqual({ name: "mine", namespace: "default" });
  });

  test("none: the resource's name and eight hex digits, from the engine's seed, marked as generated", async () => {
    const { inputs } = await checked(configMap, {}, { seed: new Uint8Array(32).fill(7) });
    const again = await checked(configMap, {}, { seed: new Uint8Array(32).fill(7) });
    const other = await checked(configMap, {}, { seed: new Uint8Array(32).fill(8) });
    expect(inputs["metadata"]).toEqual({
      name: expect.stringMatching(/^web-[0-9a-f]{8}$/) as string,
      namespace: "default",
      annotations: { "pulumi.com/autonamed": "true" },
    });
    expect(again.inputs).toEqual(inputs);
    expect(other.inputs).not.toEqual(inputs);
  });

  test("a generated one is kept by the next update; one that the user once chose is not", async () => {
    const generated = { metadata: { name: "web-1", annotations: { "pulumi.com/autonamed": "true" } } };
    const kept = await checked(configMap, { data: {} }, { olds: generated });
    expect(kept.inputs["metadata"]).toMatchObject({ name: "web-1" });
    const chosen = await checked(configMap, { data: {} }, { olds: { metadata: { name: "mine" } } });
    expect(chosen.inputs["metadata"]).toMatchObject({
      name: expect.stringMatching(/^web-[0-9a-f]{8}$/) as string,
    });
  });

  test("the engine's own way to make names is heard", async () => {
    const { PROPOSE, DISABLE } = CheckRequest.AutonamingOptions.Mode;
    const proposed = await checked(configMap, {}, { autonaming: { mode: PROPOSE, name: "web-of-dev" } });
    expect(proposed.inputs["metadata"]).toMatchObject({ name: "web-of-dev" });
    const disabled = await checked(configMap, {}, { autonaming: { mode: DISABLE, name: "" } });
    expect(disabled.failures).toEqual(["metadata.name: expected a name: autonaming is disabled"]);
  });

  test("an unknown one is a name", async () => {
    const { inputs } = await checked(configMap, { metadata: { name: Unknown.value } });
    expect(inputs["metadata"]).toEqual({ name: Unknown.value, namespace: "default" });
  });

  test("generateName is refused, as with the official provider", async () => {
    const { failures } = await checked(configMap, { metadata: { generateName: "x-" } });
    expect(failures).toEqual([expect.stringMatching(/^metadata\.generateName: /)]);
  });
});

describe("namespaces", () => {
  test.each([
    ["the kubeconfig's", {}, "team"],
    ["the provider's first", { namespace: "chosen" }, "chosen"],
  ])("%s is filled in", async (_, config, namespace) => {
    const { inputs } = await checked(configMap, { metadata: { name: "a" } }, { config, namespace: "team" });
    expect(inputs["metadata"]).toEqual({ name: "a", namespace });
  });

  test("a kind without namespaces gets none, one that is not known yet does", async () => {
    const known = await checked("kubernetes:core/v1:Namespace", { metadata: { name: "a" } });
    expect(known.inputs["metadata"]).toEqual({ name: "a" });
    const unknown = await checked("kubernetes:boxes.io/v1:Box", { metadata: { name: "a" } });
    expect(unknown.inputs).toEqual({
      apiVersion: "boxes.io/v1",
      kind: "Box",
      metadata: { name: "a", namespace: "default" },
    });
  });
});

describe("inputs", () => {
  test("nulls and what only the server sets are left out", async () => {
    const { inputs } = await checked(configMap, {
      metadata: { name: "a", uid: "u", resourceVersion: "1", creationTimestamp: null, labels: null },
      data: { a: "1", b: null },
    });
    expect(inputs).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", namespace: "default" },
      data: { a: "1" },
    });
  });

  test("the content of a Secret is secret, whatever the program says", async () => {
    const news = { metadata: { name: "a" }, data: { a: "MQ==" }, stringData: { b: "2" } };
    const { inputs } = await checked("kubernetes:core/v1:Secret", news);
    expect([inputs["data"], inputs["stringData"]]).toEqual([
      new Secret({ a: "MQ==" }),
      new Secret({ b: "2" }),
    ]);
  });

  test("secrets elsewhere stay secret", async () => {
    const { inputs } = await checked(configMap, {
      metadata: { name: "a" },
      data: { a: new Secret("1"), b: "2" },
    });
    expect(inputs["data"]).toEqual({ a: new Secret("1"), b: "2" });
  });

  test("another kind than the type's is refused at its path", async () => {
    const { failures } = await checked(configMap, {
      apiVersion: "v2",
      kind: "Secret",
      metadata: { name: "a" },
    });
    expect(failures).toEqual([
      'apiVersion: expected v1 from the resource\'s type, found "v2"',
      'kind: expected ConfigMap from the resource\'s type, found "Secret"',
    ]);
  });

  test.each(["pulumi.com/waitFor", "pulumi.com/replaceUnready"])(
    "%s is refused, not ignored",
    async (key) => {
      const { failures } = await checked(configMap, {
        metadata: { name: "a", annotations: { [key]: "true" } },
      });
      expect(failures).toEqual([expect.stringContaining(`metadata.annotations["${key}"]: the stand-in`)]);
    },
  );
});

test.each([
  ["kubernetes:core/v1:ConfigMapList", "a list"],
  ["kubernetes:apps/v1:DeploymentPatch", "a patch of an object"],
  ["kubernetes:helm.sh/v3:Release", "a Helm release"],
  ["kubernetes:yaml:ConfigFile", "another form"],
])("%s is refused: it is %s", async (type, what) => {
  const { check } = await standIn(type);
  const error = await rejection(check({}));
  expect([error.code, error.details]).toEqual([
    status.UNIMPLEMENTED,
    expect.stringContaining(
      `resource type ${type}: expected kubernetes:<group>/<version>:<Kind> of one object, found ${what}.`,
    ),
  ]);
});
