import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import type { Place } from "./place";
import { type Programs, withoutSandboxes } from "./programs";

/**
 * Protects nothing, and must be the same in every sandbox: Pulumi ties a stack's settings file, which outlives
 * a sandbox, to the passphrase.
 */
const PASSPHRASE = "waybill-sandbox";

/** The CLI's helpers; newer ones do without the last two. */
const COMPANIONS = ["pulumi-language-nodejs", "pulumi-analyzer-policy", "pulumi-resource-pulumi-nodejs"];

/** What a shell needs so that the Pulumi CLI, kubectl and builds work in the sandbox. */
export function sandboxEnv(
  place: Place,
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  return {
    PATH: [place.bin, withoutSandboxes(environment["PATH"])].join(path.delimiter),
    PULUMI_HOME: place.pulumiHome,
    PULUMI_BACKEND_URL: `file://${place.pulumiBackend}`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The plugins are there. Without this the CLI would ask its download site for every package in node_modules.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    KUBECONFIG: place.kubeconfig,
    DOCKER_CONFIG: place.dockerConfig,
    BUILDX_CONFIG: path.join(place.dockerConfig, "buildx"),
    WAYBILL_SIGNERS: place.signing,
    WAYBILL_REGISTRY: place.registry,
    WAYBILL_SANDBOX_PORT: String(place.port),
  };
}

/** Lines for `eval`. */
export function shellExports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join("");
}

/** The only programs of the sandbox that come first on its user's PATH. */
export function linkPrograms(place: Place, { node, pulumi, kubectl, syft }: Programs): void {
  const companions = COMPANIONS.map((name) => path.join(path.dirname(pulumi), name)).filter(existsSync);
  rmSync(place.bin, { recursive: true, force: true });
  mkdirSync(place.bin, { recursive: true });
  for (const program of [node, pulumi, kubectl, syft, ...companions]) {
    symlinkSync(program, path.join(place.bin, path.basename(program)));
  }
}
