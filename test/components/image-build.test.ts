import { imageArgs } from "@waybill/components";
import type { BuildPlan } from "@waybill/core/build";
import { mockPulumi, valueOf } from "./mocks";

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

test("B3: times are fixed and base images are taken by digest", () => {
  const { exports, push, buildArgs, context } = imageArgs(plan);
  expect({ exports, push, buildArgs, context }).toEqual({
    exports: [{ raw: "type=registry,rewrite-timestamp=true" }],
    push: false,
    buildArgs: { SOURCE_DATE_EPOCH: "1" },
    context: {
      location: "/src",
      named: { "registry.example/base/node:24": { location: `docker-image://${base}` } },
    },
  });
});

test("it says the digest of what was pushed", async () => {
  mockPulumi();
  const { ImageBuild } = await import("@waybill/components");
  expect(await valueOf(new ImageBuild("hello", { plan }).digest)).toBe(`sha256:${"b".repeat(64)}`);
});
