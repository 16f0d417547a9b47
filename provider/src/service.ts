import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { answer, type Calls } from "./calls";
import { Engine } from "./engine";
import { ProviderError } from "./errors";
import { differences } from "./difference";
import { readCheck, readIgnoreChanges, writeChecked, writeDiff } from "./messages";
import type { Provider } from "./resource";
import { resourceCalls } from "./resource-calls";
import { decodeValues } from "./wire";

/** Left out, and so answered UNIMPLEMENTED, as the protocol wants. */
type LeftOut = "list" | "parameterize" | "getMapping" | "getMappings";

/** The gRPC face of a provider. */
export function service(provider: Provider, calls: Calls): Omit<IResourceProviderServer, LeftOut> {
  return {
    ...protocolCalls(provider, calls),
    ...configCalls(provider, calls),
    ...resourceCalls(provider, calls),
    ...refusedCalls(provider, calls),
  };
}

function protocolCalls(provider: Provider, calls: Calls) {
  return {
    handshake: answer((request: pb.ProviderHandshakeRequest) => {
      calls.engine ??= new Engine(request.getEngineAddress());
      const response = new pb.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    attach: answer((request: PluginAttach) => {
      calls.engine?.close();
      calls.engine = new Engine(request.getAddress());
      return new Empty();
    }),
    cancel: answer(() => {
      calls.operations.abortAll("the update was cancelled");
      return new Empty();
    }),
    getPluginInfo: answer(() => {
      const info = new PluginInfo();
      info.setVersion(provider.version);
      return info;
    }),
    getSchema: answer(() => {
      const { name, version, schema = JSON.stringify({ name, version }) } = provider;
      const response = new pb.GetSchemaResponse();
      response.setSchema(schema);
      return response;
    }),
  };
}

function configCalls(provider: Provider, calls: Calls) {
  return {
    checkConfig: calls.handle(
      (request: pb.CheckRequest) => request.getNews(),
      async (request, operation, news) => {
        const asGiven = { inputs: news, failures: [] };
        const checked = await provider.checkConfig?.(readCheck(request, news), operation);
        return writeChecked(checked ?? asGiven, news);
      },
    ),
    diffConfig: calls.handle(
      (request: pb.DiffRequest) => request.getNews(),
      async (request, operation, news) => {
        const oldInputs = decodeValues(request.getOldInputs() ?? request.getOlds());
        const ignoreChanges = readIgnoreChanges(request.getIgnorechangesList());
        const diff = await provider.diffConfig?.({ oldInputs, news, ignoreChanges }, operation);
        return writeDiff(diff ?? { changes: differences(oldInputs, news) });
      },
    ),
    configure: calls.handle(
      (request: pb.ConfigureRequest) => request.getArgs(),
      async (_, operation, config) => {
        await provider.configure(config, operation);
        const response = new pb.ConfigureResponse();
        response.setAcceptsecrets(true);
        response.setSupportspreview(true);
        response.setSupportsAutonamingConfiguration(true);
        return response;
      },
    ),
  };
}

function refusedCalls({ name }: Provider, calls: Calls) {
  const refuse = (what: string) =>
    calls.handle(
      () => undefined,
      (request: { getTok?(): string; getType?(): string }) =>
        Promise.reject(
          new ProviderError("unsupported", {
            about: `provider ${name}`,
            expected: "a call for one of its resources",
            found: `${what} ${request.getTok?.() ?? request.getType?.() ?? ""}`,
            next: "It serves plain resources only.",
          }),
        ),
    );
  return { invoke: refuse("function"), call: refuse("method"), construct: refuse("component") };
}
