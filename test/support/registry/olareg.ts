import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { ensureTools } from "@waybill/tools";
import { anonymous, createRegistry, digestOf } from "@waybill/core/registry";

export interface RealRegistry {
  readonly host: string;
  readonly url: string;
  close(): Promise<void>;
}

/** The real olareg, empty, in memory, on loopback; `args` such as `--api-referrer=false`. */
export async function startOlareg(args: readonly string[] = []): Promise<RealRegistry> {
  const program = (await ensureTools(["olareg"], () => undefined)).get("olareg");
  if (program === undefined) throw new Error("no olareg");
  const port = await freePort();
  const options = ["serve", "--addr", "127.0.0.1", "--port", String(port), "--store-type", "mem", ...args];
  const child = spawn(program, options, { stdio: "ignore" });
  const host = `127.0.0.1:${port}`;
  await untilReady(host);
  return { host, url: `http://${host}`, close: () => end(child) };
}

/** Our own client's patience is the wait. */
async function untilReady(host: string): Promise<void> {
  const registry = createRegistry({
    credentials: anonymous,
    retry: { attempts: 100, baseMs: 20, maxMs: 100, totalMs: 20_000 },
  });
  try {
    await registry.hasManifest({ registry: host, repository: "is-it/there" }, digestOf(new Uint8Array()));
  } finally {
    await registry.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
