import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogSeverity, type LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Engine, encodeValues, startServer, type Provider, type Values } from "@waybill/provider";

export interface LoggedLine {
  readonly severity: string;
  readonly urn: string;
  readonly text: string;
  readonly ephemeral: boolean;
}

/** A little engine: all that a provider sees of the real one is its log. */
export async function startEngine() {
  const lines: LoggedLine[] = [];
  const names = Object.fromEntries(
    Object.entries(LogSeverity).map(([name, number]) => [number, name.toLowerCase()]),
  );
  const log: grpc.handleUnaryCall<LogRequest, Empty> = ({ request }, callback) => {
    lines.push({
      severity: names[request.getSeverity()] ?? "?",
      urn: request.getUrn(),
      text: request.getMessage(),
      ephemeral: request.getEphemeral(),
    });
    callback(null, new Empty());
  };
  const server = new grpc.Server();
  server.addService(EngineService, { log });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  const kill = () => {
    server.forceShutdown();
  };
  return { address: `127.0.0.1:${port}`, lines, kill };
}

export function connect(port: number): ResourceProviderClient {
  return new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
}

/** One real call over gRPC: `ask<pb.CheckResponse>((done) => client.check(request, done))`. */
export function ask<Response>(
  start: (done: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    start((error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

export async function rejection(promise: Promise<unknown>): Promise<grpc.ServiceError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error as grpc.ServiceError,
  );
  if (outcome === undefined) throw new Error("expected an error, found a response");
  return outcome;
}

/** A provider behind a real port, and the calls of an engine on one resource of it. */
export async function serve(provider: Provider, urn: string) {
  const engine = await startEngine();
  const server = await startServer(provider, new Engine(engine.address));
  const client = connect(server.port);
  const stop = () => {
    client.close();
    server.close();
    engine.kill();
  };
  return { client, engine, stop, ...resourceCalls(client, urn) };
}

export interface CheckOptions {
  readonly olds?: Values;
  readonly seed?: Uint8Array;
  readonly autonaming?: { readonly mode: pb.CheckRequest.AutonamingOptions.Mode; readonly name: string };
}

export function resourceCalls(client: ResourceProviderClient, urn: string) {
  return {
    check: (news: Values, { olds = {}, seed = new Uint8Array(32), autonaming }: CheckOptions = {}) => {
      const request = new pb.CheckRequest();
      request.setUrn(urn);
      request.setOlds(encodeValues(olds));
      request.setNews(encodeValues(news));
      request.setRandomseed(seed);
      if (autonaming !== undefined) {
        const options = new pb.CheckRequest.AutonamingOptions();
        options.setMode(autonaming.mode);
        options.setProposedName(autonaming.name);
        request.setAutonaming(options);
      }
      return ask<pb.CheckResponse>((done) => client.check(request, done));
    },
    diff: (
      id: string,
      old: { inputs: Values; outputs: Values },
      news: Values,
      ignoreChanges: string[] = [],
    ) => {
      const request = new pb.DiffRequest();
      request.setId(id);
      request.setUrn(urn);
      request.setOlds(encodeValues(old.outputs));
      request.setOldInputs(encodeValues(old.inputs));
      request.setNews(encodeValues(news));
      request.setIgnorechangesList(ignoreChanges);
      return ask<pb.DiffResponse>((done) => client.diff(request, done));
    },
    create: (inputs: Values, { preview = false, timeout = 0 } = {}) => {
      const request = createRequest(urn, inputs);
      request.setPreview(preview);
      request.setTimeout(timeout);
      return ask<pb.CreateResponse>((done) => client.create(request, done));
    },
    update: (
      id: string,
      old: { inputs: Values; outputs: Values },
      news: Values,
      { preview = false, timeout = 0, ignoreChanges = [] as string[] } = {},
    ) => {
      const request = new pb.UpdateRequest();
      request.setId(id);
      request.setUrn(urn);
      request.setOlds(encodeValues(old.outputs));
      request.setOldInputs(encodeValues(old.inputs));
      request.setNews(encodeValues(news));
      request.setPreview(preview);
      request.setTimeout(timeout);
      request.setIgnorechangesList(ignoreChanges);
      return ask<pb.UpdateResponse>((done) => client.update(request, done));
    },
    read: (id: string, old?: { inputs: Values; outputs: Values }) => {
      const request = new pb.ReadRequest();
      request.setUrn(urn);
      request.setId(id);
      if (old !== undefined) request.setInputs(encodeValues(old.inputs));
      if (old !== undefined) request.setProperties(encodeValues(old.outputs));
      return ask<pb.ReadResponse>((done) => client.read(request, done));
    },
    remove: (id: string, old: { inputs: Values; outputs: Values }, timeout = 0) => {
      const request = new pb.DeleteRequest();
      request.setUrn(urn);
      request.setId(id);
      request.setOldInputs(encodeValues(old.inputs));
      request.setProperties(encodeValues(old.outputs));
      request.setTimeout(timeout);
      return ask<Empty>((done) => client.delete(request, done));
    },
  };
}

export function createRequest(urn: string, inputs: Values): pb.CreateRequest {
  const request = new pb.CreateRequest();
  request.setUrn(urn);
  request.setProperties(encodeValues(inputs));
  return request;
}

/** A promise and its own resolve; the library of ES2023 has no Promise.withResolvers. */
export function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
