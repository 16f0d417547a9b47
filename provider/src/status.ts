import * as grpc from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { PartialFailure, ProviderError, type ProviderErrorCode } from "./errors";
import { keepSecrets, mask, secretStrings, type Values } from "./value";
import { encodeValues } from "./wire";

/** The engine takes UNKNOWN, INTERNAL and DATA_LOSS for "state may be corrupt"; a refusal is none of that. */
const statuses: Readonly<Record<ProviderErrorCode, grpc.status>> = {
  invalid: grpc.status.INVALID_ARGUMENT,
  unsupported: grpc.status.UNIMPLEMENTED,
  refused: grpc.status.FAILED_PRECONDITION,
  unreachable: grpc.status.FAILED_PRECONDITION,
  cancelled: grpc.status.CANCELLED,
  failed: grpc.status.ABORTED,
};

/** `inputs` are those of the failed call: what is secret in them stays secret in its error. */
export function toStatus(error: unknown, inputs: Values): Partial<grpc.StatusObject> {
  const secrets = secretStrings(inputs);
  if (error instanceof PartialFailure) return initFailed(error, inputs, secrets);
  if (error instanceof ProviderError)
    return { code: statuses[error.code], details: mask(error.message, secrets) };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: grpc.status.INTERNAL, details: mask(text, secrets) };
}

function initFailed(
  error: PartialFailure,
  inputs: Values,
  secrets: readonly string[],
): Partial<grpc.StatusObject> {
  const detail = new ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(encodeValues(keepSecrets(error.outputs, inputs)));
  detail.setReasonsList(error.reasons.map((reason) => mask(reason, secrets)));
  if (error.inputs !== undefined) detail.setInputs(encodeValues(keepSecrets(error.inputs, inputs)));
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const details = mask(error.message, secrets);
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(details);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  // gRPC's own place for structured errors; grpc-js has no other door to it.
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details, metadata };
}
