import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planBuild, readDockerfile, type BuildRequest } from "@waybill/core/build";
import { parseDigest } from "@waybill/core/image";

const digest = (hex: string) => parseDigest(`sha256:${hex.repeat(64)}`);
const read = (text: string, args = {}) => readDockerfile("Dockerfile", text, args);

test.each([
  ["a plain base", "FROM node:24", { all: ["node:24"], base: "node:24" }],
  ["scratch", "FROM scratch\nCOPY a /a", { all: [], base: undefined }],
  [
    "stages",
    "FROM golang:1 AS Build\nFROM debian:12\nCOPY --from=build /a /a",
    { all: ["golang:1", "debian:12"], base: "debian:12" },
  ],
  ["a stage on a stage", "FROM node:24 AS a\nFROM a AS b\nFROM b", { all: ["node:24"], base: "node:24" }],
  [
    "a stage by number",
    "FROM node:24\nFROM debian:12\nCOPY --from=0 /a /a",
    { all: ["node:24", "debian:12"], base: "debian:12" },
  ],
  [
    "scratch at the end",
    "FROM node:24 AS a\nFROM scratch\nCOPY --chown=1 --from=a /x /x",
    { all: ["node:24"], base: undefined },
  ],
  [
    "an image to copy from",
    "FROM scratch\nCOPY --from=busybox:1 /bin /bin",
    { all: ["busybox:1"], base: undefined },
  ],
  [
    "an image to mount",
    "FROM scratch\nRUN --mount=type=bind,from=tools:2,target=/t /t/x",
    { all: ["tools:2"], base: undefined },
  ],
  ["a platform", "FROM --platform=$BUILDPLATFORM golang:1", { all: ["golang:1"], base: "golang:1" }],
  ["a default argument", "ARG TAG=24\nFROM node:${TAG}", { all: ["node:24"], base: "node:24" }],
  ["a default in place", "FROM node:${TAG:-22}", { all: ["node:22"], base: "node:22" }],
  ["an argument from an argument", "ARG A=x\nARG B=${A}y\nFROM ${B}:1", { all: ["xy:1"], base: "xy:1" }],
])("the images of a Dockerfile with %s", (_, text, images) => {
  expect(read(text)).toEqual(images);
});

test("a build argument replaces the default", () => {
  expect(read("ARG BASE=node:24\nFROM $BASE", { BASE: "mine:1" }).base).toBe("mine:1");
});

test.each([
  ["ARG BASE\nFROM ${BASE}", "no-argument", /build argument BASE/],
  ["COPY a /a", "no-from", /a FROM line/],
])("%j is refused", (text, code, message) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
  );
});

describe("planBuild", () => {
  let folder: string;
  let asked: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "waybill-build-"));
    writeFileSync(join(folder, "Dockerfile"), "FROM registry.example/base/node:24\n");
    asked = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const request = (change: Partial<BuildRequest> = {}): BuildRequest => ({
    service: "hello",
    repository: "registry.example/hello",
    definition: {
      build: { context: folder, dockerfile: join(folder, "Dockerfile"), platforms: [] },
      port: 1,
      probes: { ready: "/", live: "/" },
      resources: { cpu: "1", memory: "1Mi" },
      config: {},
      secrets: [],
    },
    source: {
      commit: "c".repeat(40),
      author: "dev@example.com",
      epoch: 1767323045,
      dirty: false,
      ref: "refs/heads/main",
      repository: "https://git.example/o/a",
      run: "run-1",
    },
    args: { A: "b" },
    previous: undefined,
    resolve: ({ repository, tag }) => {
      asked.push(`${repository}:${tag ?? ""}`);
      return Promise.resolve(digest("a"));
    },
    ...change,
  });

  test("B2 B5: labels lead back to commit, time, repository, run and base image", async () => {
    const built = await planBuild(request());
    expect(built.labels).toEqual({
      "org.opencontainers.image.title": "hello",
      "org.opencontainers.image.revision": "c".repeat(40),
      "org.opencontainers.image.created": "2026-01-02T03:04:05Z",
      "org.opencontainers.image.source": "https://git.example/o/a",
      "org.opencontainers.image.base.name": "registry.example/base/node:24",
      "org.opencontainers.image.base.digest": digest("a"),
      "git.commit": "c".repeat(40),
      "ci.run": "run-1",
    });
    expect(built.base).toBe(`registry.example/base/node:24@${digest("a")}`);
    expect(built.inputs).toEqual({ "registry.example/base/node:24": built.base });
    expect(built.args).toEqual({ A: "b", SOURCE_DATE_EPOCH: "1767323045" });
  });

  test("B3: a new run and a base tag that has moved change nothing about a commit that was built", async () => {
    const first = await planBuild(request());
    const source = { ...request().source, run: "run-2" };
    const again = await planBuild(
      request({ source, previous: first, resolve: () => Promise.resolve(digest("b")) }),
    );
    expect({ ...again, source: first.source }).toEqual(first);
  });

  test("B3: a new commit takes the new run and asks for the base again", async () => {
    const first = await planBuild(request());
    const source = { ...request().source, commit: "d".repeat(40), run: "run-2" };
    const next = await planBuild(request({ source, previous: first }));
    expect(next.run).toBe("run-2");
    expect(asked).toEqual(["base/node:24", "base/node:24"]);
  });

  test("a base that is pinned already is not asked for", async () => {
    writeFileSync(join(folder, "Dockerfile"), `FROM registry.example/base@${digest("e")}\n`);
    expect((await planBuild(request())).base).toBe(`registry.example/base@${digest("e")}`);
    expect(asked).toEqual([]);
  });

  test("B1: a dirty tree says so in tag and labels", async () => {
    const built = await planBuild(request({ source: { ...request().source, dirty: true } }));
    expect(built.tag).toBe(`${"c".repeat(40)}-dirty`);
    expect(built.labels["git.commit"]).toBe(built.tag);
  });

  test("B3: what was edited before the commit gets the commit's time, what is younger is left to BuildKit", async () => {
    const [old, young] = [join(folder, "old"), join(folder, "young")];
    for (const file of [old, young]) writeFileSync(file, "x");
    utimesSync(old, 1, 1000);
    const before = statSync(young).mtimeMs;
    const { source } = await planBuild(request());
    expect(statSync(old).mtimeMs).toBe(source.epoch * 1000);
    expect(statSync(young).mtimeMs).toBe(before);
  });

  test("an unreachable registry ends the plan", async () => {
    await expect(
      planBuild(request({ resolve: () => Promise.reject(new Error("unreachable")) })),
    ).rejects.toThrow("unreachable");
  });

  test("a missing Dockerfile is named", async () => {
    rmSync(join(folder, "Dockerfile"));
    await expect(planBuild(request())).rejects.toMatchObject({ code: "unreadable-dockerfile" });
  });
});
