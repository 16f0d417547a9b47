import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { sandboxEnv } from "../../sandbox/src/env";
import { mainProcess, PART_NAMES, type PartName } from "../../sandbox/src/parts/part";
import { type Place, placeOf } from "../../sandbox/src/place";

export const PROGRAM = path.resolve(__dirname, "../../sandbox/dist/main.js");

export interface Ran {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

export function run(file: string, args: readonly string[], env = process.env): Promise<Ran> {
  return new Promise((resolve) =>
    execFile(file, args, { env }, (error, out, err) =>
      resolve({ code: error?.code ?? error?.signal ?? 0, out, err }),
    ),
  );
}

/** A sandbox in a folder of its own, driven as a user drives it: by its commands. */
export class SandboxDriver {
  readonly home: string;
  readonly place: Place;
  readonly environment: NodeJS.ProcessEnv;

  constructor(port: number) {
    // Short, because of the sockets; always the same, so that an interrupted test's sandbox is found again.
    this.home = `/tmp/waybill-test-${port}`;
    this.place = placeOf({ port, stateDir: path.join(this.home, "waybill") });
    this.environment = { ...process.env, XDG_STATE_HOME: this.home, WAYBILL_SANDBOX_PORT: String(port) };
  }

  /** For `beforeAll`: removes what an interrupted test left. */
  async begin(): Promise<void> {
    mkdirSync(this.home, { recursive: true });
    await this.remove();
    mkdirSync(this.home);
  }

  command(name: string, environment = this.environment): Promise<Ran> {
    return run(process.execPath, [PROGRAM, name], environment);
  }

  async mustUp(): Promise<string> {
    const ran = await this.command("up");
    expect(ran).toMatchObject({ code: 0, err: "" });
    return ran.out;
  }

  /** Starts `up` and comes back as soon as it has said something, with a part still starting. */
  async beginUp() {
    const child = spawn(process.execPath, [PROGRAM, "up"], {
      env: this.environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.stdout.resume();
    return child;
  }

  async killedUp(): Promise<void> {
    const child = await this.beginUp();
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async remove(): Promise<void> {
    expect(await this.command("down")).toMatchObject({ code: 0 });
    rmSync(this.home, { recursive: true });
  }

  pidOf(name: PartName): number {
    const main = mainProcess(this.place, name);
    if (main === undefined) throw new Error(`${name} does not run`);
    return main.pid;
  }

  pids(): number[] {
    return PART_NAMES.flatMap((name) => mainProcess(this.place, name)?.pid ?? []);
  }

  kill(...names: PartName[]): void {
    for (const name of names) process.kill(this.pidOf(name), "SIGKILL");
  }

  /** In a shell that uses this sandbox. */
  shell(script: string): Promise<Ran> {
    return run("sh", ["-c", script], { ...this.environment, ...sandboxEnv(this.place) });
  }

  async kubectl(...args: string[]): Promise<string> {
    const ran = await run("kubectl", args, { ...this.environment, ...sandboxEnv(this.place) });
    if (ran.code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${ran.err}`);
    return ran.out;
  }

  async apply(...items: object[]): Promise<void> {
    const file = path.join(this.home, "objects.json");
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    await this.kubectl("apply", "-f", file);
  }

  nodeManifest(reference: string, method = "GET"): Promise<Response> {
    return fetch(`http://${this.place.registry}/v2/base/node/manifests/${reference}`, {
      method,
      headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
    });
  }

  async nodeDigest(): Promise<string> {
    return (await this.nodeManifest("24")).headers.get("docker-content-digest") ?? "";
  }

  async deployHello(): Promise<string> {
    const image = `${this.place.registry}/base/node@${await this.nodeDigest()}`;
    await this.apply(...hello(image));
    await this.kubectl("rollout", "status", "deployment/hello", "--timeout=60s");
    return image;
  }

  /** Its pod and its service answer the host. */
  async expectHello(): Promise<void> {
    await this.kubectl("wait", "pod", "--selector=app=hello", "--for=condition=Ready", "--timeout=60s");
    const pod = await this.kubectl(
      "get",
      "pods",
      "--selector=app=hello",
      "-o",
      "jsonpath={.items[0].status.podIP}",
    );
    const service = await this.kubectl("get", "service", "hello", "-o", "jsonpath={.spec.clusterIP}");
    for (const address of [`http://${pod}:8080`, `http://${service}`]) {
      const patience = ["--max-time", "5", "--retry", "20", "--retry-delay", "1", "--retry-all-errors"];
      const ran = await run("curl", ["--silent", "--show-error", ...patience, address]);
      expect(ran).toMatchObject({ code: 0, out: "hello" });
    }
  }
}

const labels = { app: "hello" };
const hello = (image: string) => [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "hello" },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "hello",
              image,
              command: ["node", "-e", 'require("http").createServer((_, s) => s.end("hello")).listen(8080)'],
              readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 },
              securityContext: { runAsNonRoot: true },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "hello" },
    spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
  },
];
