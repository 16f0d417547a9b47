import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { run, type Ran } from "../support/project";
import type { TestSandbox } from "../support/sandbox";

const repository = resolve(__dirname, "../../..");

export interface Declared {
  readonly kind: string;
  readonly name: string;
  readonly args: object;
  readonly options?: object;
}
export interface Program {
  readonly resources: readonly Declared[];
  readonly outputs?: Readonly<Record<string, string>>;
  readonly provider?: object;
}
export interface State {
  readonly type: string;
  readonly urn: string;
  readonly id?: string;
  readonly inputs?: object;
  readonly outputs?: object;
  readonly initErrors?: readonly string[];
}

/** One stack of a program that is data, on the real `pulumi`. */
export class TestStack {
  readonly folder = mkdtempSync(join(tmpdir(), "waybill-kubernetes-"));
  readonly environment: NodeJS.ProcessEnv;

  constructor(environment: NodeJS.ProcessEnv) {
    mkdirSync(join(this.folder, ".backend"));
    symlinkSync(join(repository, "node_modules"), join(this.folder, "node_modules"));
    copyFileSync(join(__dirname, "program.cjs"), join(this.folder, "program.cjs"));
    const project = {
      name: "objects",
      runtime: { name: "nodejs", options: { typescript: false } },
      main: "program.cjs",
    };
    writeFileSync(join(this.folder, "Pulumi.yaml"), JSON.stringify(project));
    writeFileSync(
      join(this.folder, "package.json"),
      JSON.stringify({ name: "objects", main: "program.cjs" }),
    );
    this.environment = { ...environment, PULUMI_BACKEND_URL: `file://${join(this.folder, ".backend")}` };
  }

  async init(): Promise<void> {
    await this.must("stack", "init", "test");
  }

  declare(program: Program): void {
    writeFileSync(join(this.folder, "resources.json"), JSON.stringify(program));
  }

  pulumi(...args: readonly string[]): Promise<Ran> {
    const all = [...args, "--stack", "test", "--non-interactive", "--color", "never"];
    return run("pulumi", args[1] === "init" ? [...args] : all, this.folder, this.environment);
  }

  async must(...args: readonly string[]): Promise<string> {
    const { code, output } = await this.pulumi(...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${output}`);
    return output;
  }

  up(program?: Program, ...args: readonly string[]): Promise<Ran> {
    if (program !== undefined) this.declare(program);
    return this.pulumi("up", "--yes", "--skip-preview", ...args);
  }

  async mustUp(program?: Program, ...args: readonly string[]): Promise<string> {
    if (program !== undefined) this.declare(program);
    return this.must("up", "--yes", "--skip-preview", ...args);
  }

  preview(program?: Program, ...args: readonly string[]): Promise<Ran> {
    if (program !== undefined) this.declare(program);
    return this.pulumi("preview", ...args);
  }

  async outputs(...args: readonly string[]): Promise<Record<string, unknown>> {
    return JSON.parse(await this.must("stack", "output", "--json", ...args)) as Record<string, unknown>;
  }

  async state(name: string): Promise<State> {
    const found = (await this.states()).find(({ urn }) => urn.endsWith(`::${name}`));
    if (found === undefined) throw new Error(`no ${name} in the state`);
    return found;
  }

  async states(): Promise<readonly State[]> {
    const exported = JSON.parse(await this.must("stack", "export")) as {
      deployment: { resources?: State[] };
    };
    return exported.deployment.resources ?? [];
  }

  async remove(): Promise<void> {
    await this.pulumi("cancel", "--yes");
    await this.must("destroy", "--yes", "--skip-preview");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A PULUMI_HOME of its own with nothing but the stand-in, so that it is tested where the official plugin is too. */
export function standInHome({ environment }: TestSandbox): { PULUMI_HOME: string; remove(): void } {
  const home = mkdtempSync(join(tmpdir(), "waybill-pulumi-home-"));
  const manifest = join(repository, "node_modules/@pulumi/kubernetes/package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const folder = join(home, "plugins", `resource-kubernetes-v${version}`);
  const plugin = join(folder, "pulumi-resource-kubernetes");
  const main = join(repository, "sandbox/dist/kubernetes-provider/main.js");
  mkdirSync(folder, { recursive: true });
  writeFileSync(plugin, `#!${process.execPath}\nrequire(${JSON.stringify(main)});\n`);
  chmodSync(plugin, 0o755);
  writeFileSync(join(home, "waybill-stand-in.json"), JSON.stringify(pass(environment["KUBECONFIG"] ?? "")));
  return { PULUMI_HOME: home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

function pass(kubeconfig: string): { server: string; caSha256: string } {
  const config = parse(readFileSync(kubeconfig, "utf8")) as {
    clusters: [{ cluster: { server: string; "certificate-authority-data": string } }];
  };
  const { server, "certificate-authority-data": ca } = config.clusters[0].cluster;
  return { server, caSha256: createHash("sha256").update(Buffer.from(ca, "base64")).digest("hex") };
}
