import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

/** A request as test registries see it: the body is read when somebody asks for it. */
export interface TestRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  read(): Promise<Buffer>;
}

/** An answer, and what may go wrong on its way. */
export interface TestAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  /** The connection breaks after that many bytes of the body; 0 breaks it before the answer. */
  readonly cutAfter?: number;
  /** After that many bytes nothing comes any more, and the connection stays open. */
  readonly stallAfter?: number;
}

export type TestHandler = (request: TestRequest) => TestAnswer | Promise<TestAnswer>;

export interface RunningServer {
  /** host:port, as it stands in image references. */
  readonly host: string;
  readonly url: string;
  /** Every request so far, such as `GET /v2/app/manifests/v1`. */
  readonly log: readonly string[];
  readonly close: () => Promise<void>;
}

export interface ServeOptions {
  readonly address?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A handler as an ordinary listener for `http.createServer`. */
export function toListener(handler: TestHandler): RequestListener {
  return (incoming, outgoing) => {
    respond(handler, incoming, outgoing).catch((error: unknown) => outgoing.destroy(error as Error));
  };
}

/** Listens on a free port of 127.0.0.1, or of another loopback address. */
export async function serve(handler: TestHandler, options: ServeOptions = {}): Promise<RunningServer> {
  const { address = "127.0.0.1", tls } = options;
  const log: string[] = [];
  const listener: RequestListener = (incoming, outgoing) => {
    log.push(`${incoming.method ?? ""} ${incoming.url ?? ""}`);
    toListener(handler)(incoming, outgoing);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const host = `${address}:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `${tls === undefined ? "http" : "https"}://${host}`,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  handler: TestHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  incoming.on("error", () => undefined);
  outgoing.on("error", () => undefined);
  const { status, headers, body = "", cutAfter, stallAfter } = await handler(toRequest(incoming));
  const bytes = Buffer.from(body);
  if (cutAfter === 0) return void incoming.socket.destroy();
  if (stallAfter === 0) return;
  const { method } = incoming;
  const hasLength = method !== "HEAD" && status !== 204 && headers?.["transfer-encoding"] === undefined;
  outgoing.writeHead(status, { ...(hasLength && { "content-length": String(bytes.length) }), ...headers });
  if (cutAfter !== undefined) outgoing.write(bytes.subarray(0, cutAfter), () => incoming.socket.destroy());
  else if (stallAfter !== undefined) outgoing.write(bytes.subarray(0, stallAfter));
  else outgoing.end(method === "HEAD" ? undefined : bytes);
}

function toRequest(incoming: IncomingMessage): TestRequest {
  return {
    method: incoming.method ?? "GET",
    url: new URL(incoming.url ?? "/", `http://${incoming.headers.host ?? "localhost"}`),
    headers: incoming.headers as Record<string, string | undefined>,
    read: () => readAll(incoming),
  };
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
