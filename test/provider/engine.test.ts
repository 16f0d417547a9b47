import { status } from "@grpc/grpc-js";
import { PluginAttach, type PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Secret, decodeValues, encodeValues, type ResourceFunctions, type Values } from "@waybill/provider";
import { ask, createRequest, deferred, rejection, startEngine } from "./served";
import { served, stopLater, urn } from "./toy";

describe("config", () => {
  test("configure gets it with secrets marked", async () => {
    const seen: Values[] = [];
    const { client } = await served({}, { configure: (config) => Promise.resolve(void seen.push(config)) });
    const request = new pb.ConfigureRequest();
    request.setArgs(encodeValues({ token: new Secret("t"), region: "here" }));
    const response = await ask<pb.ConfigureResponse>((done) => client.configure(request, done));
    expect(seen).toEqual([{ token: new Secret("t"), region: "here" }]);
    expect([response.getAcceptsecrets(), response.getSupportspreview()]).toEqual([true, true]);
  });

  const checkRequest = new pb.CheckRequest();
  checkRequest.setNews(encodeValues({ region: "there" }));

  test("is taken as it is, and compared key by key, where the provider has no say", async () => {
    const { client } = await served();
    const taken = await ask<pb.CheckResponse>((done) => client.checkConfig(checkRequest, done));
    expect(decodeValues(taken.getInputs())).toEqual({ region: "there" });
    const change = new pb.DiffRequest();
    change.setOldInputs(encodeValues({ region: "here" }));
    change.setNews(encodeValues({ region: "there" }));
    const changed = await ask<pb.DiffResponse>((done) => client.diffConfig(change, done));
    expect(changed.getDiffsList()).toEqual(["region"]);
  });

  test("is refused and replaced as the provider says", async () => {
    const { client } = await served(
      {},
      {
        checkConfig: ({ news }) =>
          Promise.resolve({ inputs: news, failures: [{ path: ["region"], reason: "no" }] }),
        diffConfig: () => Promise.resolve({ changes: [{ path: ["region"], kind: "update", replace: true }] }),
      },
    );
    const refused = await ask<pb.CheckResponse>((done) => client.checkConfig(checkRequest, done));
    expect(refused.getFailuresList().map((one) => one.toObject())).toEqual([
      { property: "region", reason: "no" },
    ]);
    const changed = await ask<pb.DiffResponse>((done) => client.diffConfig(new pb.DiffRequest(), done));
    expect(changed.getReplacesList()).toEqual(["region"]);
  });
});

test("a provider tells its version, its schema and what it understands", async () => {
  const { client } = await served();
  const info = await ask<PluginInfo>((done) => client.getPluginInfo(new Empty(), done));
  const schema = await ask<pb.GetSchemaResponse>((done) => client.getSchema(new pb.GetSchemaRequest(), done));
  const shaken = await ask<pb.ProviderHandshakeResponse>((done) =>
    client.handshake(new pb.ProviderHandshakeRequest(), done),
  );
  expect(info.getVersion()).toBe("1.2.3");
  expect(JSON.parse(schema.getSchema())).toEqual({ name: "toy", version: "1.2.3" });
  expect([shaken.getAcceptSecrets(), shaken.getAcceptOutputs()]).toEqual([true, false]);
});

describe("the engine's log", () => {
  const talkative: Partial<ResourceFunctions> = {
    create: (_request, operation) => {
      operation.progress("1 of 2: hush");
      operation.progress("1 of 2: hush");
      operation.log("warning", "slow today");
      operation.progress("");
      return Promise.resolve({ id: "1", outputs: {} });
    },
  };

  test("gets progress and messages in order, before the result, once each, without secrets", async () => {
    const { create, engine } = await served(talkative);
    await create({ label: "a", key: new Secret("hush") });
    expect(engine.lines).toEqual([
      { severity: "info", urn, text: "1 of 2: [secret]", ephemeral: true },
      { severity: "warning", urn, text: "slow today", ephemeral: false },
      { severity: "info", urn, text: "", ephemeral: true },
    ]);
  });

  test("moves to another engine with Attach", async () => {
    const { client, create, engine } = await served(talkative);
    const other = await startEngine();
    stopLater(other.kill);
    const request = new PluginAttach();
    request.setAddress(other.address);
    await ask((done) => client.attach(request, done));
    await create({ label: "a" });
    expect([engine.lines.length, other.lines.length]).toEqual([0, 3]);
  });
});

describe("stopping", () => {
  /** A create that runs until it is aborted, except for a quick box. */
  function patient() {
    const started = deferred<undefined>();
    const aborted = deferred<string>();
    const create: ResourceFunctions["create"] = ({ inputs }, { signal }) => {
      if (inputs["label"] === "quick") return Promise.resolve({ id: "2", outputs: {} });
      started.resolve(undefined);
      return new Promise((_resolve, reject) => {
        const stop = () => {
          aborted.resolve(String(signal.reason));
          reject(signal.reason as Error);
        };
        signal.addEventListener("abort", stop, { once: true });
      });
    };
    return { functions: { create }, started: started.promise, aborted: aborted.promise };
  }

  test("Cancel aborts what runs, and what comes later runs", async () => {
    const { functions, started } = patient();
    const { client, create } = await served(functions);
    const outcome = rejection(create({ label: "slow" }));
    await started;
    await ask((done) => client.cancel(new Empty(), done));
    const error = await outcome;
    expect([error.code, error.details]).toEqual([
      status.CANCELLED,
      `${urn}: expected time to finish, found the update was cancelled. ` +
        "Run the update again: it goes on where this one ended.",
    ]);
    expect((await create({ label: "quick" })).getId()).toBe("2");
  });

  test("an engine that hangs up aborts its own operation", async () => {
    const { functions, started, aborted } = patient();
    const { client } = await served(functions);
    const running = client.create(createRequest(urn, { label: "slow" }), () => undefined);
    await started;
    running.cancel();
    expect(await aborted).toContain("the engine hung up");
  });
});
