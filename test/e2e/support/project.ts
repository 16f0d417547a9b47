import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { PromotionDocument } from "@waybill/core/promotion";
import { parse, stringify } from "yaml";
import { run, type Ran } from "./run";
import type { TestSandbox } from "./sandbox";

export { run, type Ran } from "./run";

const repository = resolve(__dirname, "../../..");
const execute = promisify(execFile);

export type Settings = Readonly<Record<string, unknown>>;

/** A user's copy of the project: its own git repository, its own Pulumi backend, the real `pulumi`. */
export class TestProject {
  readonly folder = mkdtempSync(join(tmpdir(), "waybill-project-"));
  readonly environment: NodeJS.ProcessEnv;
  private readonly stacks = new Set<string>();

  constructor(
    readonly sandbox: TestSandbox,
    /** Namespaces and image names begin with it, so that tests do not meet. */
    readonly name: string,
  ) {
    for (const part of ["dist/index.js", "examples", "Pulumi.yaml", "package.json", "sandbox/keys"]) {
      cpSync(join(repository, part), join(this.folder, part), { recursive: true });
    }
    for (const linked of ["node_modules", "provider"])
      symlinkSync(join(repository, linked), join(this.folder, linked));
    mkdirSync(join(this.folder, ".backend"));
    this.environment = {
      ...sandbox.environment,
      PULUMI_BACKEND_URL: `file://${join(this.folder, ".backend")}`,
      // The policy pack lies elsewhere, and never looks where the program runs.
      WAYBILL_PROMOTION: join(this.folder, "promotion.yaml"),
    };
    this.write(".gitignore", "node_modules\nprovider\ndist\n.backend\n.settings\n");
    this.write("promotion.yaml", stringify(promotion(name)));
    this.git("init", "-q");
    this.commit("first");
  }

  write(file: string, text: string): void {
    mkdirSync(resolve(this.folder, file, ".."), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  /** Changes the promotion file as it stands. */
  promotion(change: (document: PromotionDocument) => void): void {
    const document = parse(readFileSync(join(this.folder, "promotion.yaml"), "utf8")) as PromotionDocument;
    change(document);
    this.write("promotion.yaml", stringify(document));
  }

  git(...args: string[]): string {
    return execFileSync(
      "git",
      ["-C", this.folder, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args],
      { encoding: "utf8" },
    ).trim();
  }

  commit(message: string): string {
    this.git("add", "-A");
    this.git("commit", "-qm", message);
    return this.git("rev-parse", "HEAD");
  }

  /** Writes the settings of a stack and makes it if it is not there. */
  async stack(stack: string, settings: Settings): Promise<void> {
    const config = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`waybill:${key}`, value]),
    );
    this.write(`.settings/Pulumi.${stack}.yaml`, stringify({ config }));
    if (this.stacks.has(stack)) return;
    await this.init(stack);
  }

  /** `pulumi stack init` writes into the settings beside the project file, and knows no --config-file. */
  async init(stack: string): Promise<void> {
    cpSync(join(this.folder, "Pulumi.yaml"), join(this.folder, ".settings/Pulumi.yaml"));
    await this.must("stack", "init", stack, "--cwd", join(this.folder, ".settings"));
    this.stacks.add(stack);
  }

  /** Dev, staging and prod of the first service, as a new user has them. */
  async usualStacks(): Promise<void> {
    const { signer } = this.sandbox;
    const common = { service: this.name, config: { GREETING: "hi" }, rolloutSeconds: 30, signer };
    await this.stack("dev", {
      ...common,
      environment: "dev",
      ...this.building,
    });
    await this.stack("staging", { ...common, environment: "staging" });
    await this.stack("prod", { ...common, environment: "prod", replicas: 2 });
  }

  /** The settings of a stack that builds. */
  get building(): Settings {
    const { registry, signer } = this.sandbox;
    return {
      registry,
      buildArgs: { BASE_IMAGE: `${registry}/base/node:24` },
      signer,
    };
  }

  at(stack: string): string[] {
    return ["--stack", stack, "--config-file", join(this.folder, ".settings", `Pulumi.${stack}.yaml`)];
  }

  async pulumi(...args: string[]): Promise<Ran> {
    return run("pulumi", [...args, "--non-interactive", "--color", "never"], this.folder, this.environment);
  }

  async must(...args: string[]): Promise<string> {
    const { code, output } = await this.pulumi(...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${output}`);
    return output;
  }

  /** Changes some settings of a stack that is there; undefined takes one away. */
  set(stack: string, changes: Settings): void {
    const file = join(this.folder, ".settings", `Pulumi.${stack}.yaml`);
    const written = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
    const named = Object.entries(changes).map(([key, value]) => [`waybill:${key}`, value] as const);
    const config = Object.entries({ ...written.config, ...Object.fromEntries(named) });
    written.config = Object.fromEntries(config.filter(([, value]) => value !== undefined));
    writeFileSync(file, stringify(written));
  }

  settingsOf(stack: string): string {
    return readFileSync(join(this.folder, ".settings", `Pulumi.${stack}.yaml`), "utf8");
  }

  /** The `waybill` command, as a user of this project has it. */
  waybill(...args: string[]): Promise<Ran> {
    return this.node(this.environment, join(repository, "cli/bin/waybill.js"), ...args);
  }

  node(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Ran> {
    return run(process.execPath, args, this.folder, environment);
  }

  readonly policyPack = join(repository, "policy");

  up(stack: string, ...args: string[]): Promise<Ran> {
    return this.pulumi("up", "--yes", "--skip-preview", ...args, ...this.at(stack));
  }

  async mustUp(stack: string, ...args: string[]): Promise<Outputs> {
    const { code, output } = await this.up(stack, ...args);
    if (code !== 0) throw new Error(`pulumi up ${stack} ended with ${code}:\n${output}`);
    return this.outputs(stack);
  }

  preview(stack: string, ...args: string[]): Promise<Ran> {
    return this.pulumi("preview", ...args, ...this.at(stack));
  }

  async outputs(stack: string): Promise<Outputs> {
    const { stdout } = await execute("pulumi", ["stack", "output", "--json", "--stack", stack], {
      cwd: this.folder,
      env: this.environment,
    });
    return JSON.parse(stdout) as Outputs;
  }

  async pendingOperations(stack: string): Promise<number> {
    const { stdout } = await execute("pulumi", ["stack", "export", "--stack", stack], {
      cwd: this.folder,
      env: this.environment,
    });
    return (
      (JSON.parse(stdout) as { deployment: { pending_operations?: unknown[] } }).deployment.pending_operations
        ?.length ?? 0
    );
  }

  /** Destroys every stack, so that the shared cluster is left as it was found. */
  async remove(): Promise<void> {
    for (const stack of [...this.stacks].reverse()) {
      await this.pulumi("cancel", "--yes", "--stack", stack);
      await this.must("destroy", "--yes", "--skip-preview", ...this.at(stack));
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Outputs {
  readonly digest?: string;
  readonly address?: string;
  readonly release: {
    readonly state: string;
    readonly waiting: string | null;
    readonly image: Readonly<Record<string, unknown>> | null;
  };
}

/** One service through three environments that ask for no more than proof; people and trust are the project's own. */
function promotion(name: string): PromotionDocument {
  const own = parse(readFileSync(join(repository, "promotion.yaml"), "utf8")) as PromotionDocument;
  const { people = {}, groups = {}, trust } = own;
  return {
    version: 1,
    owner: "platform@example.com",
    nextReview: "2099-01-01",
    people,
    groups,
    environments: [{ name: "dev" }, { name: "staging" }, { name: "prod", pin: "optional" }],
    services: { [name]: { path: "examples/hello", stack: "{environment}" } },
    trust,
  };
}
