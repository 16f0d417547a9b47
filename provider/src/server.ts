import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Calls } from "./calls";
import { Engine } from "./engine";
import type { Provider } from "./resource";
import { service } from "./service";

export interface RunningServer {
  readonly port: number;
  /** Aborts what runs, takes no new call, and waits until every answer is on its way. */
  stop(reason: string): Promise<void>;
  close(): void;
}

/** State of any size passes; the engine's own limit is 400 MB. */
const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** Serves on a free port of the loopback, the only place where the engine looks. */
export async function startServer(provider: Provider, engine?: Engine): Promise<RunningServer> {
  const calls = new Calls(engine);
  const server = new grpc.Server(unlimited);
  server.addService(ResourceProviderService, { ...service(provider, calls) });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    stop(reason) {
      calls.operations.abortAll(reason);
      return new Promise((resolve) => {
        server.tryShutdown(() => {
          resolve();
        });
      });
    },
    close() {
      calls.engine?.close();
      server.forceShutdown();
    },
  };
}
