import type * as grpc from "@grpc/grpc-js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Engine } from "./engine";
import { PartialFailure, ProviderError } from "./errors";
import { Operations } from "./operations";
import type { Operation } from "./resource";
import { toStatus } from "./status";
import { parseUrn } from "./urn";
import { mask, secretStrings, type Values } from "./value";
import { decodeValues } from "./wire";

/** Runs one call of the engine: what it works on, with its inputs decoded once, here at the door. */
export type Run<Request, Response> = (
  request: Request,
  operation: Operation,
  inputs: Values,
) => Promise<Response>;

/** What every call has in common: an operation that can be stopped, a log, and nothing secret in what it says. */
export class Calls {
  readonly operations = new Operations();

  constructor(public engine: Engine | undefined) {}

  handle<Request, Response>(
    inputsOf: (request: Request) => Struct | undefined,
    run: Run<Request, Response>,
  ): grpc.handleUnaryCall<Request, Response> {
    return (call, callback) => {
      const hungUp = new AbortController();
      call.on("cancelled", () => {
        hungUp.abort(new Error("the engine hung up"));
      });
      let inputs: Values = {};
      const work = async (signal: AbortSignal): Promise<Response> => {
        inputs = decodeValues(inputsOf(call.request));
        const operation = this.operation(call.request as { getUrn?(): string }, signal, inputs);
        try {
          return await run(call.request, operation, inputs);
        } catch (error) {
          throw signal.aborted ? cutOff(error, operation) : error;
        }
      };
      this.operations
        .run(hungUp.signal, work)
        .finally(() => this.engine?.flush())
        .then(
          (response) => callback(null, response),
          (error: unknown) => callback(toStatus(error, inputs)),
        );
    };
  }

  private operation(request: { getUrn?(): string }, signal: AbortSignal, inputs: Values): Operation {
    const urn = request.getUrn?.() ?? "";
    const secrets = secretStrings(inputs);
    const { engine } = this;
    let shown = "";
    const progress = (text: string): void => {
      if (text !== shown) engine?.log("info", urn, mask(text, secrets), true);
      shown = text;
    };
    return {
      urn,
      ...parseUrn(urn),
      signal,
      progress,
      log: (severity, text) => engine?.log(severity, urn, mask(text, secrets), false),
    };
  }
}

/** What an aborted operation throws is rarely more than that it was aborted. */
function cutOff(error: unknown, { urn, signal }: Operation): unknown {
  if (error instanceof PartialFailure || error instanceof ProviderError) return error;
  const found = signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
  const next = "Run the update again: it goes on where this one ended.";
  return new ProviderError(
    "cancelled",
    { about: urn, expected: "time to finish", found, next },
    { cause: error },
  );
}

/** A call that needs no operation. */
export function answer<Request, Response>(
  respond: (request: Request) => Response,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => callback(null, respond(call.request));
}
