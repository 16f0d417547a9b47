import type { BuildPlan } from "@waybill/core/build";
import { checkPredicate, checkProvenance, type Claim } from "@waybill/core/evidence";
import { builderOf, provenanceOf } from "@waybill/core/provenance";

const commit = "c".repeat(40);
const base = `registry.example/base/node:24@sha256:${"a".repeat(64)}`;
const tool = `registry.example/tool:1@sha256:${"b".repeat(64)}`;
const type = "https://slsa.dev/provenance/v1";

const plan: BuildPlan = {
  repository: "registry.example/shop",
  tag: commit,
  run: "https://git.example/acme/shop/actions/runs/7",
  context: "/home/somebody/shop",
  dockerfile: "/home/somebody/shop/docker/Dockerfile",
  platforms: ["linux/amd64"],
  args: { SOURCE_DATE_EPOCH: "1767323045" },
  labels: { "git.commit": commit },
  inputs: { "registry.example/tool:1": tool, "registry.example/base/node:24": base },
  base,
  source: {
    commit,
    author: "dev@example.com",
    epoch: 1767323045,
    dirty: false,
    repository: "https://git.example/acme/shop",
    ref: "refs/heads/main",
    run: "local",
  },
};

function withSource(source: Partial<BuildPlan["source"]>): BuildPlan {
  return { ...plan, source: { ...plan.source, ...source } };
}

/** The three answers of E5, by the code of each no. */
function points(of: BuildPlan) {
  const claim = { source: "test", predicateType: type, predicate: provenanceOf(of), certificate: {} };
  const { builder, repository, branch } = checkProvenance(claim as unknown as Claim, {
    builders: ["https://git.example/acme/shop/actions/runs"],
    repositories: ["https://git.example/acme/shop"],
    branches: ["refs/heads/main"],
  });
  return [builder?.code, repository?.code, branch?.code];
}

test("B4: names repository, branch, commit, builder and run, and every image that went in by digest", () => {
  const provenance = provenanceOf(plan);
  checkPredicate("test", type, provenance);
  expect(provenance).toEqual({
    buildDefinition: {
      buildType: "https://waybill.dev/build/v1",
      externalParameters: {
        source: { repository: "https://git.example/acme/shop", commit, ref: "refs/heads/main" },
        image: `registry.example/shop:${commit}`,
        dockerfile: "docker/Dockerfile",
        platforms: ["linux/amd64"],
        args: { SOURCE_DATE_EPOCH: "1767323045" },
      },
      internalParameters: {
        labels: { "git.commit": commit },
        sourceDate: "2026-01-02T03:04:05Z",
        dirty: false,
      },
      resolvedDependencies: [
        { uri: "git+https://git.example/acme/shop@refs/heads/main", digest: { gitCommit: commit } },
        {
          name: "registry.example/base/node:24",
          uri: `oci://${base}`,
          digest: { sha256: "a".repeat(64) },
        },
        { name: "registry.example/tool:1", uri: `oci://${tool}`, digest: { sha256: "b".repeat(64) } },
      ],
    },
    runDetails: {
      builder: { id: "https://git.example/acme/shop/actions/runs" },
      metadata: { invocationId: "https://git.example/acme/shop/actions/runs/7" },
    },
  });
});

test("another folder of the clone, another run of today and another order of inputs change nothing", () => {
  const elsewhere: BuildPlan = {
    ...plan,
    context: "/ci/work",
    dockerfile: "/ci/work/docker/Dockerfile",
    inputs: Object.fromEntries(Object.entries(plan.inputs).reverse()),
    source: { ...plan.source, run: "https://git.example/acme/shop/actions/runs/8" },
  };
  expect(JSON.stringify(provenanceOf(elsewhere))).toBe(JSON.stringify(provenanceOf(plan)));
});

test.each([
  ["all as expected", plan, [undefined, undefined, undefined]],
  ["on another branch", withSource({ ref: "refs/heads/x" }), [undefined, undefined, "branch-unprotected"]],
  ["on no branch", withSource({ ref: undefined }), [undefined, "source-mismatch", "source-mismatch"]],
  ["from uncommitted files", withSource({ dirty: true }), [undefined, "source-mismatch", "source-mismatch"]],
  [
    "from no repository",
    withSource({ repository: undefined }),
    [undefined, "source-mismatch", "source-mismatch"],
  ],
  ["on a laptop", { ...plan, run: "local" }, ["builder-untrusted", undefined, undefined]],
])("E5: built %s", (_, of, expected) => {
  expect(points(of)).toEqual(expected);
});

test.each([
  ["https://github.com/acme/shop/actions/runs/12", "https://github.com/acme/shop/actions/runs"],
  ["https://gitlab.example/acme/shop/-/pipelines/5", "https://gitlab.example/acme/shop/-/pipelines"],
  ["https://jenkins.example/job/shop/12/", "https://jenkins.example/job/shop"],
  ["https://ci.example", "https://ci.example"],
  ["local", "https://waybill.dev/builders/local"],
  ["run-7", "https://waybill.dev/builders/local"],
  ["javascript:alert(1)", "https://waybill.dev/builders/local"],
])("the builder of the run %s", (run, builder) => {
  expect(builderOf(run)).toBe(builder);
});
