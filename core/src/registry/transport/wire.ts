import { Readable } from "node:stream";
import { rootCertificates } from "node:tls";
import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";
import { isLoopback } from "./endpoint";

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH";

export interface WireRequest {
  readonly method: Method;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  readonly signal: AbortSignal;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of what nobody wants to read. */
  discard(): Promise<void>;
}

/** One request, one answer: no retries, no redirects, no credentials of its own. */
export interface Wire {
  send(request: WireRequest): Promise<WireResponse>;
  close(): Promise<void>;
}

export interface Timeouts {
  readonly connectMs: number;
  readonly headersMs: number;
  /** Longest pause between two pieces of a body. */
  readonly bodyIdleMs: number;
}

const DISCARDED_BYTES = 64 * 1024;
const IDLE_CONNECTION_MS = 20_000;

/**
 * The only place that opens connections. HTTP/1.1 on purpose: a connection that breaks then takes one request with
 * it, and the limit per host stays what it says.
 */
export function createWire(timeouts: Timeouts, ca: readonly string[]): Wire {
  const options = {
    allowH2: false,
    connectTimeout: timeouts.connectMs,
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.bodyIdleMs,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    connect: { timeout: timeouts.connectMs, ...(ca.length > 0 && { ca: [...rootCertificates, ...ca] }) },
  };
  const near = new Agent(options);
  const far = new EnvHttpProxyAgent(options);
  return {
    send: (request) => send(isLoopback(request.url.hostname) ? near : far, request),
    async close() {
      await Promise.all([near.destroy(), far.destroy()]);
    },
  };
}

async function send(dispatcher: Dispatcher, request: WireRequest): Promise<WireResponse> {
  const { method, url, headers, signal } = request;
  const {
    statusCode,
    headers: answered,
    body,
  } = await dispatcher.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers,
    signal,
    body: toBody(request.body),
  });
  // A body that is let go of reports that as an error, also when nobody reads it any more.
  body.on("error", () => undefined);
  return {
    status: statusCode,
    headers: answered,
    body: body as AsyncIterable<Uint8Array>,
    async discard() {
      await body.dump({ limit: DISCARDED_BYTES }).catch(() => undefined);
      body.destroy();
    },
  };
}

function toBody(body: WireRequest["body"]): Uint8Array | Readable | null {
  if (body === undefined || body instanceof Uint8Array) return body ?? null;
  return Readable.from(body, { objectMode: false });
}
