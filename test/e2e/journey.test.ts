import { utimesSync } from "node:fs";
import { join } from "node:path";
import { pods, runningDigests } from "./support/cluster";
import { TestProject } from "./support/project";
import { labels, manifestDigest } from "./support/registry";
import { emptyBuildCache, useSandbox, type TestSandbox } from "./support/sandbox";

jest.setTimeout(180_000);

let sandbox: TestSandbox;
let project: TestProject;
let repository: string;
const environments = ["dev", "staging", "prod"] as const;

beforeAll(async () => {
  sandbox = await useSandbox();
  project = new TestProject(sandbox, "journey");
  repository = `${sandbox.registry}/journey`;
  await project.usualStacks();
});
afterAll(() => project.remove());

test("upstream that never ran: the stack waits, says why, and has no workload", async () => {
  const outputs = await project.mustUp("staging");
  expect(outputs).toEqual({ release: expect.objectContaining({ state: "waiting", image: null }) as unknown });
  expect(outputs.release.waiting).toMatch(/staging waits for dev.*pulumi up --stack dev/);
});

test("upstream without even a stack: the stack waits as well", async () => {
  await project.must("stack", "rm", "--yes", "--force", "--stack", "staging");
  const outputs = await project.mustUp("prod");
  expect(outputs.release).toMatchObject({
    state: "waiting",
    waiting: expect.stringMatching(/prod waits for staging/) as string,
  });
  await project.init("staging");
});

test("B1 P1: one build, one digest: exports, registry and running pods agree in three environments", async () => {
  const exported: (string | undefined)[] = [];
  for (const environment of environments) exported.push((await project.mustUp(environment)).digest);
  const pushed = await manifestDigest(repository, project.git("rev-parse", "HEAD"));
  expect(exported).toEqual([pushed, pushed, pushed]);
  for (const environment of environments) {
    expect(await runningDigests(sandbox, `journey-${environment}`)).toEqual([pushed]);
  }
  expect(await manifestDigest(repository, "latest")).toBeNull();
});

test("O3: a request is answered with digest and commit; the pods' labels name both", async () => {
  const { digest = "", address = "" } = await project.outputs("prod");
  const commit = project.git("rev-parse", "HEAD");
  expect(await (await fetch(address)).json()).toMatchObject({ environment: "prod", digest, commit });
  for (const { metadata } of await pods(sandbox, "journey-prod")) {
    expect(metadata.labels).toMatchObject({
      "waybill.dev/commit": commit,
      "waybill.dev/digest": digest.slice(7, 39),
    });
  }
});

test("a second update of each stack changes nothing", async () => {
  for (const environment of environments) {
    expect(await project.up(environment, "--expect-no-changes")).toMatchObject({ code: 0 });
  }
});

test("B2: the image's labels lead back to commit, time, run and base image", async () => {
  const { digest = "", release } = await project.outputs("dev");
  const commit = project.git("rev-parse", "HEAD");
  const base = await manifestDigest(`${sandbox.registry}/base/node`, "24");
  expect(await labels(repository, digest)).toEqual({
    "org.opencontainers.image.title": "journey",
    "org.opencontainers.image.revision": commit,
    "org.opencontainers.image.created": project.git(
      "log",
      "-1",
      "--format=%cd",
      "--date=format-local:%Y-%m-%dT%H:%M:%SZ",
    ),
    "org.opencontainers.image.base.name": `${sandbox.registry}/base/node:24`,
    "org.opencontainers.image.base.digest": base,
    "git.commit": commit,
    "ci.run": "local",
  });
  expect(release.image).toMatchObject({ base: `${sandbox.registry}/base/node:24@${base ?? ""}` });
});

test("B3: a new run id alone rebuilds nothing", async () => {
  project.environment["WAYBILL_RUN"] = "another-run";
  expect(await project.up("dev", "--expect-no-changes")).toMatchObject({ code: 0 });
  delete project.environment["WAYBILL_RUN"];
});

test("B3: the same commit gives the same digest, with what an older commit left in the build cache and with an empty one", async () => {
  const stack = async (name: string): Promise<string | undefined> => {
    await project.stack(name, {
      service: "journey",
      environment: "dev",
      namespace: `journey-${name}`,
      ...project.building,
      config: { GREETING: "hi" },
    });
    return (await project.mustUp(name)).digest;
  };
  project.write("NOTES.md", "The image does not hold this file.\n");
  project.commit("notes");
  const digest = await stack("again");
  const now = new Date();
  utimesSync(join(project.folder, "examples/hello/server.js"), now, now);
  expect(await emptyBuildCache(sandbox)).toMatchObject({ code: 0 });
  expect(await stack("anew")).toBe(digest);
  project.git("reset", "-q", "--hard", "HEAD~1");
});

test("B1: uncommitted files are tagged so, and cannot leave dev", async () => {
  const before = await project.outputs("staging");
  project.write(
    "examples/hello/server.js",
    `${project.git("show", "HEAD:examples/hello/server.js")}\n// not committed\n`,
  );
  const { release, digest } = await project.mustUp("dev");
  expect(release.image).toMatchObject({ dirty: true, tag: `${project.git("rev-parse", "HEAD")}-dirty` });
  expect(digest).not.toBe(before.digest);
  const staging = await project.mustUp("staging");
  expect(staging.digest).toBe(before.digest);
  expect(staging.release.waiting).toMatch(/expected an image of a commit, found one of uncommitted files/);
});

test("a changed source gives another digest, which reaches staging only through staging's own update", async () => {
  const before = await project.outputs("staging");
  project.commit("second");
  const dev = await project.mustUp("dev");
  expect(dev.digest).not.toBe(before.digest);
  expect((await project.outputs("staging")).digest).toBe(before.digest);
  expect(await runningDigests(sandbox, "journey-staging")).toEqual([before.digest]);
  expect((await project.mustUp("staging")).digest).toBe(dev.digest);
  expect((await project.outputs("prod")).digest).toBe(before.digest);
});

test("dev destroyed: its image stays in the registry, and staging keeps what it runs and says why it waits", async () => {
  const before = await project.outputs("staging");
  await project.must("destroy", "--yes", "--skip-preview", ...project.at("dev"));
  expect(await manifestDigest(repository, before.digest ?? "")).toBe(before.digest);
  expect((await project.waybill("history", "dev")).output.trim()).toMatch(/removed[^\n]*$/);
  const after = await project.mustUp("staging");
  expect(after.digest).toBe(before.digest);
  expect(after.release.waiting).toMatch(/released nothing yet/);
  expect(await runningDigests(sandbox, "journey-staging")).toEqual([before.digest]);
});

test("prod destroyed while its registry does not answer: it is gone, and only the record of its end is missing", async () => {
  const state = await project.must("stack", "export", "--stack", "prod");
  project.write(".settings/state.json", state.replaceAll(`${repository}@`, "127.0.0.1:1/journey@"));
  await project.must(
    "stack",
    "import",
    "--stack",
    "prod",
    "--file",
    `${project.folder}/.settings/state.json`,
  );
  const output = await project.must("destroy", "--yes", "--skip-preview", ...project.at("prod"));
  expect(output).toMatch(/The history does not say that it ended: .*127\.0\.0\.1:1/);
  expect(await runningDigests(sandbox, "journey-prod")).toEqual([]);
  expect((await project.waybill("history", "prod")).output).not.toMatch(/removed/);
});
