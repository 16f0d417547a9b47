import { anonymous, createRegistry, type Registry, type RegistryOptions } from "@waybill/core/registry";
import { testClock, type TestClock } from "./clock";
import { type RunningServer, serve, type TestHandler } from "./http";

export interface Bench {
  readonly registry: Registry;
  readonly server: RunningServer;
  readonly clock: TestClock;
  /** The repository `team/app` of the server. */
  readonly app: { readonly registry: string; readonly repository: string };
}

const open: { close(): Promise<void> }[] = [];

/** A server for a handler, and a client with a clock of its own that speaks to it. Closed by `closeAll`. */
export async function bench(handler: TestHandler, options: RegistryOptions = {}): Promise<Bench> {
  const server = await serve(handler);
  const clock = testClock();
  const registry = client({ clock, ...options });
  open.push(server);
  return { server, registry, clock, app: { registry: server.host, repository: "team/app" } };
}

/** A client that waits for nobody longer than a test should. */
export function client(options: RegistryOptions = {}): Registry {
  const registry = createRegistry({
    credentials: anonymous,
    clock: testClock(),
    random: () => 0,
    timeouts: { connectMs: 1000, headersMs: 300, bodyIdleMs: 300 },
    ...options,
  });
  open.push(registry);
  return registry;
}

/** For `afterEach`. */
export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((one) => one.close()));
}

/** Also to be closed by `closeAll`. */
export function closing<T extends { close(): Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function from(content: string | Uint8Array, pieceBytes = 16 * 1024): () => AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  return async function* () {
    for (let at = 0; at < bytes.length; at += pieceBytes)
      yield await Promise.resolve(bytes.subarray(at, at + pieceBytes));
  };
}
