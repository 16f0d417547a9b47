import { setTimeout as sleep } from "node:timers/promises";
import { Engine } from "./engine";
import { onOrphaned } from "./parent";
import type { Provider } from "./resource";
import { startServer } from "./server";

/** How long running operations get to end by themselves. */
const grace = 2_000;

/**
 * Runs a provider as the engine's plugin: prints the port, serves, and ends with the engine. An engine that is killed
 * with -9 tells nobody, and its plugins used to live on and finish what they were doing: so its connection and the
 * parent process are watched.
 */
export async function runProvider(
  provider: Provider,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  const address = engineAddress(args);
  const engine = address === undefined ? undefined : new Engine(address);
  const server = await startServer(provider, engine);
  let ending = false;
  const end = (reason: string, code: number): void => {
    if (ending) return;
    ending = true;
    void Promise.race([server.stop(reason), sleep(grace)]).then(() => process.exit(code));
  };
  process.once("SIGINT", () => end("the engine asked to stop", 0));
  process.once("SIGTERM", () => end("the engine asked to stop", 0));
  if (engine !== undefined) {
    engine.watch(() => end("the engine is gone", 1));
    onOrphaned(() => end("the engine's process is gone", 1));
  }
  process.stdout.write(`${server.port}\n`);
}

/** The engine puts its own flags first: --logtostderr, -v=N, --tracing URL. */
export function engineAddress(args: readonly string[]): string | undefined {
  return args.findLast((arg, i) => !arg.startsWith("-") && args[i - 1] !== "--tracing");
}
