import { status } from "@grpc/grpc-js";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { PartialFailure, ProviderError, Secret, decodeValues } from "@waybill/provider";
import { ask, rejection } from "./served";
import { served } from "./toy";

const inputs = { label: "a", key: new Secret("hush") };

test("a partial failure carries id, state and reasons, its secrets still secret", async () => {
  const failure = new PartialFailure("7", { key: "hush" }, ["not ready: hush", "gave up"]);
  const { create } = await served({ create: () => Promise.reject(failure) });
  const error = await rejection(create(inputs));
  const [details] = error.metadata.get("grpc-status-details-bin");
  const [any] = Status.deserializeBinary(details as Buffer).getDetailsList();
  const read = (bytes: Uint8Array) => pb.ErrorResourceInitFailed.deserializeBinary(bytes);
  const detail = any?.unpack(read, "pulumirpc.ErrorResourceInitFailed");
  expect(error.code).toBe(status.UNKNOWN);
  expect(detail?.getId()).toBe("7");
  expect(detail?.getReasonsList()).toEqual(["not ready: [secret]", "gave up"]);
  expect(decodeValues(detail?.getProperties())).toEqual({ key: new Secret("hush") });
});

test.each([
  ["invalid", status.INVALID_ARGUMENT],
  ["unsupported", status.UNIMPLEMENTED],
  ["refused", status.FAILED_PRECONDITION],
  ["unreachable", status.FAILED_PRECONDITION],
  ["cancelled", status.CANCELLED],
  ["failed", status.ABORTED],
] as const)("%s is status %i, and says all four things without the secret", async (code, expected) => {
  const problem = { about: "box hush", expected: "a lid", found: "none", next: "Add one." };
  const { create } = await served({ create: () => Promise.reject(new ProviderError(code, problem)) });
  const error = await rejection(create(inputs));
  expect([error.code, error.details]).toEqual([
    expected,
    "box [secret]: expected a lid, found none. Add one.",
  ]);
});

test("a mistake in the provider is INTERNAL and keeps its stack", async () => {
  const { create } = await served({ create: () => Promise.reject(new TypeError("no lid")) });
  const error = await rejection(create(inputs));
  expect(error.code).toBe(status.INTERNAL);
  expect(error.details).toMatch(/TypeError: no lid\n\s+at /);
});

describe("calls that are not for plain resources", () => {
  test("a function, a method and a component are refused by name", async () => {
    const { client } = await served();
    const invoke = new pb.InvokeRequest();
    invoke.setTok("toy:index:find");
    const method = new pb.CallRequest();
    method.setTok("toy:index:Box/open");
    const construct = new pb.ConstructRequest();
    construct.setType("toy:index:Shelf");
    const refusals = await Promise.all([
      rejection(ask((done) => client.invoke(invoke, done))),
      rejection(ask((done) => client.call(method, done))),
      rejection(ask((done) => client.construct(construct, done))),
    ]);
    expect(refusals.map(({ code }) => code)).toEqual(Array(3).fill(status.UNIMPLEMENTED));
    expect(refusals.map(({ details }) => /found ([^.]*)\./.exec(details)?.[1])).toEqual([
      "function toy:index:find",
      "method toy:index:Box/open",
      "component toy:index:Shelf",
    ]);
  });

  test("what the protocol lets out answers UNIMPLEMENTED", async () => {
    const { client } = await served();
    const error = await rejection(ask((done) => client.getMapping(new pb.GetMappingRequest(), done)));
    expect(error.code).toBe(status.UNIMPLEMENTED);
  });
});
