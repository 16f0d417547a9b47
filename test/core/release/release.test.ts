import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
  assertFinished,
  imageAnnotation,
  readRelease,
  ReleaseError,
  releaseOf,
  releaseSchema,
  readWorkload,
  type ObservedWorkload,
} from "@waybill/core/release";
import { at, digest, image, running } from "./support";

const outputs = (release: unknown, own: unknown = digest("a"), secret = false) => ({
  release,
  digest: own,
  secret,
});

test("a release is read as it was exported", () => {
  const release = running(at("dev"), "a");
  expect(readRelease("dev", outputs(JSON.parse(JSON.stringify(release))))).toEqual(release);
});

test("a stack that exports nothing has no release", () => {
  expect(readRelease("dev", { release: undefined, digest: undefined, secret: false })).toBeUndefined();
  expect(readRelease("dev", outputs(releaseOf(at("dev"), null, "why"), null))?.state).toBe("waiting");
});

test.each([
  ["a secret", outputs(undefined, undefined, true), "secret-release", /found a secret/],
  [
    "another version",
    outputs({ ...running(at("dev"), "a"), version: 2 }),
    "malformed-release",
    /\/version: expected 1/,
  ],
  ["a text", outputs("sha256:…"), "malformed-release", /expected object, found string/],
  [
    "a digest that disagrees",
    outputs(running(at("dev"), "a"), digest("b")),
    "malformed-release",
    /the output "digest" says/,
  ],
  [
    "a tag for a digest",
    outputs({ ...running(at("dev"), "a"), image: { ...image("a"), digest: "latest" } }, "latest"),
    "malformed-release",
    /\/image\/digest/,
  ],
  [
    "running without an image",
    outputs({ ...running(at("dev"), "a"), image: null }, null),
    "malformed-release",
    /\/image: expected object/,
  ],
  [
    "waiting with an image",
    outputs({ ...running(at("dev"), "a"), state: "waiting" }),
    "malformed-release",
    /\/image: expected null/,
  ],
  [
    "an unknown key",
    outputs({ ...running(at("dev"), "a"), password: "x" }),
    "malformed-release",
    /unknown key "password"/,
  ],
])("%s is refused, naming stack, output and remedy", (_, given, code, found) => {
  expect(() => readRelease("dev", given)).toThrow(
    expect.objectContaining({
      code,
      problem: expect.objectContaining({
        about: 'Output "release" of stack dev',
        next: expect.stringContaining("pulumi up --stack dev") as string,
      }) as unknown,
      message: expect.stringMatching(found) as string,
    }),
  );
});

test("any output gives a release or a ReleaseError", () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (release, own) => {
      try {
        const read = readRelease("dev", outputs(release, own));
        expect([undefined, "running", "waiting"]).toContain(read?.state);
      } catch (error) {
        expect(error).toBeInstanceOf(ReleaseError);
      }
    }),
  );
});

test("the published schema is the one in use", () => {
  expect(JSON.parse(readFileSync(join(__dirname, "../../../docs/release.schema.json"), "utf8"))).toEqual(
    releaseSchema,
  );
});

const finished = { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" };
const workload = (change: Partial<ObservedWorkload> = {}): ObservedWorkload => ({
  name: "hello-dev/hello",
  image: `ghcr.io/acme/hello@${digest("a")}`,
  annotations: { [imageAnnotation]: JSON.stringify(image("a")) },
  generation: 3,
  observedGeneration: 3,
  conditions: [finished],
  ...change,
});

test("what runs is read from the workload", () => {
  expect(readWorkload(workload())).toEqual(image("a"));
});

test.each([
  ["another digest in the container", { image: `ghcr.io/acme/hello@${digest("b")}` }],
  ["another repository in the container", { image: `registry.example/evil@${digest("a")}` }],
  ["no annotation", { annotations: {} }],
  ["a broken annotation", { annotations: { [imageAnnotation]: "{" } }],
  ["an annotation that says null", { annotations: { [imageAnnotation]: "null" } }],
  ["an annotation that fits no schema", { annotations: { [imageAnnotation]: "{}" } }],
])("a workload with %s has no readable image", (_, change) => {
  expect(() => readWorkload(workload(change))).toThrow(
    expect.objectContaining({ code: "malformed-release" }),
  );
});

test("a container that a tag names has no readable image", () => {
  expect(() => readWorkload(workload({ image: "ghcr.io/acme/hello:latest" }))).toThrow(/digest/);
});

test("a finished rollout passes, also while a pod is down", () => {
  expect(() =>
    assertFinished(workload({ conditions: [finished, { type: "Available", status: "False" }] })),
  ).not.toThrow();
});

test.each([
  ["not taken up yet", { observedGeneration: 2 }, /has not taken up/],
  ["never seen", { observedGeneration: undefined }, /has not taken up/],
  [
    "under way",
    { conditions: [{ ...finished, reason: "ReplicaSetUpdated", message: "1 of 2" }] },
    /ReplicaSetUpdated: 1 of 2/,
  ],
  [
    "past its deadline",
    { conditions: [{ ...finished, status: "False", reason: "ProgressDeadlineExceeded" }] },
    /ProgressDeadlineExceeded/,
  ],
  ["silent", { conditions: [] }, /no word of its progress/],
])("a rollout that is %s is not called done", (_, change, message) => {
  expect(() => assertFinished(workload(change))).toThrow(
    expect.objectContaining({
      code: "unfinished-rollout",
      message: expect.stringMatching(message) as string,
    }),
  );
});
