import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Calls } from "./calls";
import { readCheck, readIgnoreChanges, writeChecked, writeDiff } from "./messages";
import type { Provider } from "./resource";
import { keepSecrets } from "./value";
import { decodeValues, encodeValues } from "./wire";

export function resourceCalls(provider: Provider, calls: Calls) {
  return { ...planningCalls(provider, calls), ...changingCalls(provider, calls) };
}

function planningCalls(provider: Provider, calls: Calls) {
  return {
    check: calls.handle(
      (request: pb.CheckRequest) => request.getNews(),
      async (request, operation, news) => {
        const resource = provider.resource(operation.type);
        return writeChecked(await resource.check(readCheck(request, news), operation), news);
      },
    ),
    diff: calls.handle(
      (request: pb.DiffRequest) => request.getNews(),
      async (request, operation, news) => {
        const diff = {
          id: request.getId(),
          oldInputs: decodeValues(request.getOldInputs()),
          oldOutputs: decodeValues(request.getOlds()),
          news,
          ignoreChanges: readIgnoreChanges(request.getIgnorechangesList()),
        };
        return writeDiff(await provider.resource(operation.type).diff(diff, operation));
      },
    ),
    read: calls.handle(
      (request: pb.ReadRequest) => request.getInputs(),
      async (request, operation, oldInputs) => {
        const inputs = request.hasInputs() ? oldInputs : undefined;
        const outputs = decodeValues(request.getProperties());
        const resource = provider.resource(operation.type);
        const found = await resource.read({ id: request.getId(), inputs, outputs }, operation);
        const response = new pb.ReadResponse();
        if (found === undefined) return response;
        response.setId(found.id);
        response.setProperties(encodeValues(keepSecrets(found.outputs, oldInputs)));
        response.setInputs(encodeValues(keepSecrets(found.inputs, oldInputs)));
        return response;
      },
    ),
  };
}

function changingCalls(provider: Provider, calls: Calls) {
  return {
    create: calls.handle(
      (request: pb.CreateRequest) => request.getProperties(),
      async (request, operation, inputs) => {
        const create = { inputs, preview: request.getPreview(), timeout: request.getTimeout() || undefined };
        const { id, outputs } = await provider.resource(operation.type).create(create, operation);
        const response = new pb.CreateResponse();
        // A preview made nothing that an id could name.
        response.setId(create.preview ? "" : id);
        response.setProperties(encodeValues(keepSecrets(outputs, inputs)));
        return response;
      },
    ),
    update: calls.handle(
      (request: pb.UpdateRequest) => request.getNews(),
      async (request, operation, inputs) => {
        const update = {
          id: request.getId(),
          oldInputs: decodeValues(request.getOldInputs()),
          oldOutputs: decodeValues(request.getOlds()),
          inputs,
          preview: request.getPreview(),
          timeout: request.getTimeout() || undefined,
          ignoreChanges: readIgnoreChanges(request.getIgnorechangesList()),
        };
        const outputs = await provider.resource(operation.type).update(update, operation);
        const response = new pb.UpdateResponse();
        response.setProperties(encodeValues(keepSecrets(outputs, inputs)));
        return response;
      },
    ),
    delete: calls.handle(
      (request: pb.DeleteRequest) => request.getOldInputs(),
      async (request, operation, inputs) => {
        const outputs = decodeValues(request.getProperties());
        const timeout = request.getTimeout() || undefined;
        await provider
          .resource(operation.type)
          .delete({ id: request.getId(), inputs, outputs, timeout }, operation);
        return new Empty();
      },
    ),
  };
}
