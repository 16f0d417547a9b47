import { relative } from "node:path";
import { imageArgs } from "@waybill/components";
import type { BuildPlan } from "@waybill/core/build";
import { mockPulumi, type Registered, valueOf } from "./mocks";

const base = `registry.example/base/node:24@sha256:${"a".repeat(64)}`;
const plan: BuildPlan = {
  repository: "registry.example/hello",
  tag: "c".repeat(40),
  run: "local",
  context: "/src",
  dockerfile: "/src/Dockerfile",
  platforms: ["linux/amd64", "linux/arm64"],
  args: { SOURCE_DATE_EPOCH: "1" },
  labels: { "git.commit": "c".repeat(40) },
  inputs: { "registry.example/base/node:24": base },
  base,
  source: {
    commit: "c".repeat(40),
    author: "dev@example.com",
    epoch: 1,
    dirty: false,
    repository: undefined,
    ref: "refs/heads/main",
    run: "local",
  },
};

test("B1: one informational tag, the commit, and never latest", () => {
  expect(imageArgs(plan).tags).toEqual([`registry.example/hello:${"c".repeat(40)}`]);
});

test("B3: times are fixed, nothing comes from an older build, and base images are taken by digest", () => {
  const { exports, push, noCache, buildArgs, context } = imageArgs(plan);
  expect({ exports, push, noCache, buildArgs, context }).toEqual({
    exports: [{ raw: "type=registry,rewrite-timestamp=true" }],
    push: false,
    noCache: true,
    buildArgs: { SOURCE_DATE_EPOCH: "1" },
    context: {
      location: `./${relative(process.cwd(), "/src")}`,
      named: { "registry.example/base/node:24": { location: `docker-image://${base}` } },
    },
  });
});

test("it says the digest of what was pushed", async () => {
  mockPulumi();
  const { ImageBuild } = await import("@waybill/components");
  expect(await valueOf(new ImageBuild("hello", { plan }).digest)).toBe(`sha256:${"b".repeat(64)}`);
});

describe("B4: with a signer", () => {
  const digest = `sha256:${"b".repeat(64)}`;
  const image = `registry.example/hello@${digest}`;
  const isEvidence = ({ type }: Registered) =>
    type.startsWith("waybill:index:") && !type.endsWith("ImageBuild");

  async function built(more: Partial<BuildPlan> = {}): Promise<Registered[]> {
    const registered = mockPulumi();
    const { ImageBuild } = await import("@waybill/components");
    const build = new ImageBuild("hello", { plan: { ...plan, ...more }, signer: "signing.yaml" });
    expect(await valueOf(build.digest)).toBe(digest);
    // They register at once, in any order.
    return registered.filter(isEvidence).sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  test("what was pushed is signed and gets provenance, and an SBOM for each platform", async () => {
    const evidence = await built();
    expect(
      evidence.map(({ type, name, inputs }) => [type, name, inputs["predicateType"], inputs["platform"]]),
    ).toEqual([
      ["waybill:index:Sbom", "hello-linux-amd64", undefined, "linux/amd64"],
      ["waybill:index:Sbom", "hello-linux-arm64", undefined, "linux/arm64"],
      ["waybill:index:Attestation", "hello-provenance", "provenance", undefined],
      ["waybill:index:Attestation", "hello-signature", "signature", undefined],
    ]);
    for (const { inputs } of evidence) expect(inputs).toMatchObject({ image, signer: "signing.yaml" });
    const [, , provenance, signature] = evidence;
    expect(signature?.inputs["predicate"]).toEqual({});
    expect(provenance?.inputs["predicate"]).toMatchObject({
      buildDefinition: { buildType: "https://waybill.dev/build/v1" },
      runDetails: { metadata: { invocationId: "local" } },
    });
  });

  test("an image for the builder's own platform gets one SBOM", async () => {
    const evidence = await built({ platforms: [] });
    const sboms = evidence.filter(({ type }) => type === "waybill:index:Sbom");
    expect(sboms.map(({ name, inputs }) => [name, inputs["platform"]])).toEqual([["hello", undefined]]);
  });

  test("nobody learns the digest before all of it is attached", async () => {
    const happened: string[] = [];
    const slowly = async (inputs: Record<string, unknown>) => {
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      happened.push("attached");
      return inputs;
    };
    mockPulumi({ "waybill:index:Attestation": slowly, "waybill:index:Sbom": slowly });
    const { ImageBuild } = await import("@waybill/components");
    const { digest: told } = new ImageBuild("hello", {
      plan: { ...plan, platforms: [] },
      signer: "signing.yaml",
    });
    await valueOf(told.apply(() => happened.push("told")));
    expect(happened).toEqual(["attached", "attached", "attached", "told"]);
  });

  test("without one there is no evidence, and the digest is told all the same", async () => {
    const registered = mockPulumi();
    const { ImageBuild } = await import("@waybill/components");
    expect(await valueOf(new ImageBuild("hello", { plan }).digest)).toBe(digest);
    expect(registered.filter(isEvidence)).toEqual([]);
  });
});
