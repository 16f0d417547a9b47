import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ciRef, ciRun, readSource, webAddress } from "@waybill/core/source";

let folder: string;
const git = (...args: string[]) => execFileSync("git", ["-C", folder, ...args], { encoding: "utf8" }).trim();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "waybill-source-"));
  git("init", "-q");
  writeFileSync(join(folder, "app.js"), "1");
  writeFileSync(join(folder, "Pulumi.dev.yaml"), "config: {}\n");
  git("add", ".");
  git(
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@b",
    "commit",
    "-qm",
    "first",
    "--date",
    "2026-01-02T03:04:05Z",
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a clean tree is named by its commit and the commit's time", async () => {
  const source = await readSource(folder, {});
  expect(source).toEqual({
    commit: git("rev-parse", "HEAD"),
    author: "a@b",
    epoch: Number(git("log", "-1", "--format=%ct")),
    dirty: false,
    repository: undefined,
    ref: git("symbolic-ref", "HEAD"),
    run: "local",
  });
});

test.each([
  ["a changed file", () => writeFileSync(join(folder, "app.js"), "2"), true],
  ["a new file", () => writeFileSync(join(folder, "new.js"), "2"), true],
  ["a staged file", () => (writeFileSync(join(folder, "app.js"), "2"), git("add", ".")), true],
  ["a deleted file", () => rmSync(join(folder, "app.js")), true],
  ["a stack's settings", () => writeFileSync(join(folder, "Pulumi.dev.yaml"), "config: {a: b}\n"), false],
])("B1: %s makes the tree dirty: %#", async (_, change, dirty) => {
  change();
  expect((await readSource(folder, {})).dirty).toBe(dirty);
});

test("a change outside of the service's folder counts, too: it may be part of the build", async () => {
  mkdirSync(join(folder, "service"));
  writeFileSync(join(folder, "service", "x"), "");
  git("add", ".");
  git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "second");
  expect((await readSource(join(folder, "service"), {})).dirty).toBe(false);
  writeFileSync(join(folder, "app.js"), "2");
  expect((await readSource(join(folder, "service"), {})).dirty).toBe(true);
});

test("no repository and no commit are refused in words", async () => {
  rmSync(join(folder, ".git"), { recursive: true });
  await expect(readSource(folder, {})).rejects.toMatchObject({
    code: "no-commit",
    message: expect.stringContaining("Commit the source first") as string,
  });
  git("init", "-q");
  await expect(readSource(folder, {})).rejects.toMatchObject({ code: "no-commit" });
});

test.each([
  ["https://user:secret@git.example.com/org/app.git", "https://git.example.com/org/app"],
  ["https://git.example.com/org/app/", "https://git.example.com/org/app"],
  ["git@git.example.com:org/app.git", "https://git.example.com/org/app"],
  ["ssh://git@git.example.com:2222/org/app.git", "https://git.example.com/org/app"],
  ["/srv/git/app.git", undefined],
  ["../app", undefined],
  ["file:///srv/git/app", undefined],
  ["", undefined],
])("the remote %s has the web address %s", (remote, address) => {
  expect(webAddress(remote)).toBe(address);
});

test("a remote's credentials never leave this room", async () => {
  git("remote", "add", "origin", "https://user:secret@git.example.com/org/app.git");
  expect(JSON.stringify(await readSource(folder, {}))).not.toContain("secret");
});

test.each([
  [
    { GITHUB_RUN_ID: "7", GITHUB_SERVER_URL: "https://ghe.example", GITHUB_REPOSITORY: "o/a" },
    "https://ghe.example/o/a/actions/runs/7",
  ],
  [{ CI_PIPELINE_URL: "https://gitlab.example/p/1" }, "https://gitlab.example/p/1"],
  [{ WAYBILL_RUN: "mine", GITHUB_RUN_ID: "7" }, "mine"],
  [{ GITHUB_RUN_ID: "" }, "local"],
  [{}, "local"],
])("%j ran as %s", (environment, run) => {
  expect(ciRun(environment)).toBe(run);
});

test("B4: on no branch there is no ref, unless CI says what it builds", async () => {
  git("checkout", "-q", "--detach");
  expect((await readSource(folder, {})).ref).toBeUndefined();
  expect((await readSource(folder, { GITHUB_REF: "refs/heads/main" })).ref).toBe("refs/heads/main");
});

test.each([
  ["GitHub", { GITHUB_REF: "refs/pull/7/merge" }, "refs/pull/7/merge"],
  ["GitLab", { CI_COMMIT_BRANCH: "main" }, "refs/heads/main"],
  ["a tag in GitLab", { CI_COMMIT_TAG: "v1" }, "refs/tags/v1"],
  ["Buildkite", { BUILDKITE_PULL_REQUEST: "false", BUILDKITE_BRANCH: "main" }, "refs/heads/main"],
  ["a pull request in Buildkite", { BUILDKITE_PULL_REQUEST: "7", BUILDKITE_BRANCH: "main" }, undefined],
  ["CircleCI", { CIRCLE_BRANCH: "main" }, "refs/heads/main"],
  ["Jenkins", { BRANCH_NAME: "main" }, "refs/heads/main"],
  ["a pull request in Jenkins", { BRANCH_NAME: "PR-7", CHANGE_ID: "7" }, undefined],
  ["nothing said", { CIRCLE_BRANCH: "" }, undefined],
])("E5: what %s builds", (_, env, ref) => {
  expect(ciRef(env)).toBe(ref);
});
