import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Severity } from "./resource";

const severities: Readonly<Record<Severity, LogSeverity>> = {
  debug: LogSeverity.DEBUG,
  info: LogSeverity.INFO,
  warning: LogSeverity.WARNING,
  error: LogSeverity.ERROR,
};
/** A message is never worth more than this: the engine may be stopped, or gone. */
const patience = 5_000;

/** The way back to the engine: its log, and the news of its death. */
export class Engine {
  private readonly client: EngineClient;
  /** One message at a time, or a later one may overtake an earlier one. */
  private sent: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(address: string) {
    this.client = new EngineClient(address, grpc.credentials.createInsecure(), {
      // The engine is on this machine; a proxy set for the Internet must not stand between.
      "grpc.enable_http_proxy": 0,
      "grpc.client_idle_timeout_ms": 2 ** 31 - 1,
      "grpc.max_reconnect_backoff_ms": 1_000,
    });
  }

  log(severity: Severity, urn: string, text: string, ephemeral: boolean): void {
    const request = new LogRequest();
    request.setSeverity(severities[severity]);
    request.setUrn(urn);
    request.setMessage(text);
    request.setEphemeral(ephemeral);
    this.sent = this.sent.then(() => this.send(request));
  }

  /** Resolves when every message so far has arrived or failed; a lost message never fails an operation. */
  flush(): Promise<void> {
    return this.sent;
  }

  /** Calls `gone` once, when the engine's process no longer listens. */
  watch(gone: () => void): void {
    const channel = this.client.getChannel();
    const look = (): void => {
      if (this.closed) return;
      const state = channel.getConnectivityState(true);
      if (state === grpc.connectivityState.TRANSIENT_FAILURE || state === grpc.connectivityState.SHUTDOWN)
        gone();
      else channel.watchConnectivityState(state, Infinity, look);
    };
    look();
  }

  close(): void {
    this.closed = true;
    this.client.close();
  }

  private send(request: LogRequest): Promise<void> {
    return new Promise((resolve) => {
      this.client.log(request, new grpc.Metadata(), { deadline: Date.now() + patience }, () => {
        resolve();
      });
    });
  }
}
