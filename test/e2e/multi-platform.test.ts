import { manifest } from "./support/registry";
import { TestProject } from "./support/project";
import { useSandbox, type TestSandbox } from "./support/sandbox";

jest.setTimeout(180_000);

let sandbox: TestSandbox;
let project: TestProject;

beforeAll(async () => {
  sandbox = await useSandbox();
  project = new TestProject(sandbox, "platforms");
  project.write("image/Dockerfile", "FROM scratch\nCOPY file /file\n");
  project.write("image/file", "the same on every platform\n");
  project.write(
    "dist/index.js",
    `
    const { ImageBuild } = require("@waybill/components");
    const commit = "${"c".repeat(40)}";
    const build = new ImageBuild("platforms", {
      plan: {
        repository: "${sandbox.registry}/platforms", tag: commit, run: "local", inputs: {}, base: undefined,
        context: "./image", dockerfile: "./image/Dockerfile", platforms: ["linux/amd64", "linux/arm64"],
        args: { SOURCE_DATE_EPOCH: "1767323045" }, labels: { "git.commit": commit },
        source: { commit, epoch: 1767323045, dirty: false, repository: undefined, run: "local" },
      },
    });
    exports.digest = build.digest;
    `,
  );
  await project.stack("dev", { service: "platforms", environment: "dev" });
});
afterAll(() => project.remove());

test("B1: a build for several platforms exports the digest of the index", async () => {
  const { digest = "" } = await project.mustUp("dev");
  const index = await manifest(`${sandbox.registry}/platforms`, digest);
  expect(index.mediaType).toBe("application/vnd.oci.image.index.v1+json");
  const platforms = index.manifests?.map(
    ({ platform }) => `${platform?.os ?? ""}/${platform?.architecture ?? ""}`,
  );
  expect(platforms?.sort()).toEqual(["linux/amd64", "linux/arm64"]);
});

test("K5: it is not built again while nothing changes", async () => {
  expect(await project.up("dev", "--expect-no-changes")).toMatchObject({ code: 0 });
});
