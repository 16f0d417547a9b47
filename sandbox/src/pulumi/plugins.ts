import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { CLONE } from "../clone";
import { run } from "../host/run";
import type { Place } from "../place";
import { findDockerBuildPlugin, type Programs, type Report } from "../programs";
import type { InstalledPlugin, SandboxRecord } from "../record";
import { writeStandIn } from "./stand-in";

export type PluginName = "kubernetes" | "docker-build";
export type Plugins = NonNullable<SandboxRecord["plugins"]>;

interface Plugin {
  readonly name: PluginName;
  readonly version: string;
  readonly folder: string;
}

const DOWNLOAD_SITE = "get.pulumi.com";
const REACH_MS = 3_000;
const DOWNLOAD_MS = 180_000;

export interface PluginWishes {
  /** Where the official Kubernetes plugin can be had, tests may still want the stand-in. */
  readonly standIn: boolean;
  readonly before: Plugins | undefined;
  /** Whether to try the vendor's download site at all. */
  readonly reachable?: () => Promise<boolean>;
}

/** Official plugins wherever they can be installed; else the stand-in, and docker-build from its source. */
export async function ensurePlugins(
  place: Place,
  programs: Programs,
  wishes: PluginWishes,
  report: Report,
): Promise<Plugins> {
  const reachable = once(wishes.reachable ?? (() => canReachVendor()));
  const official = async (plugin: Plugin) =>
    (await reachable()) && (await installOfficial(place, programs, plugin));
  return {
    kubernetes: await ensureKubernetes(pluginOf(place, "kubernetes"), programs.node, wishes, official),
    "docker-build": await ensureDockerBuild(pluginOf(place, "docker-build"), wishes.before, official, report),
  };
}

type Install = (plugin: Plugin) => Promise<boolean>;

async function ensureKubernetes(
  plugin: Plugin,
  node: string,
  { standIn, before }: PluginWishes,
  official: Install,
): Promise<InstalledPlugin> {
  const { version, folder } = plugin;
  const was = isThere(plugin) ? before?.kubernetes.source : undefined;
  if (!standIn && (was === "official" || (was === undefined && (await official(plugin))))) {
    return { version, source: "official" };
  }
  rmSync(folder, { recursive: true, force: true });
  writeStandIn(folder, node);
  return { version, source: "stand-in" };
}

async function ensureDockerBuild(
  plugin: Plugin,
  before: Plugins | undefined,
  official: Install,
  report: Report,
): Promise<InstalledPlugin> {
  const { version, folder } = plugin;
  const was = before?.["docker-build"];
  if (was?.version === version && isThere(plugin)) return was;
  if (await official(plugin)) return { version, source: "official" };
  const built = await findDockerBuildPlugin(report);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(built, programOf(plugin));
  return { version, source: "built" };
}

async function installOfficial(place: Place, { pulumi }: Programs, plugin: Plugin): Promise<boolean> {
  const environment = { ...process.env, PULUMI_HOME: place.pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const command = [pulumi, "plugin", "install", "resource", plugin.name, `v${plugin.version}`];
  try {
    await run(command, { environment, timeoutMs: DOWNLOAD_MS });
    return isThere(plugin);
  } catch {
    rmSync(plugin.folder, { recursive: true, force: true });
    rmSync(`${plugin.folder}.partial`, { force: true });
    return false;
  }
}

/** A closed network may swallow packets, and then the CLI tries for minutes; a proxy is left to the CLI. */
async function canReachVendor({ HTTPS_PROXY, https_proxy } = process.env): Promise<boolean> {
  if (HTTPS_PROXY !== undefined || https_proxy !== undefined) return true;
  return new Promise((resolve) => {
    const connection = connect({ host: DOWNLOAD_SITE, port: 443, signal: AbortSignal.timeout(REACH_MS) });
    connection.once("connect", () => resolve(true));
    connection.once("error", () => resolve(false));
    connection.once("connect", () => connection.destroy());
  });
}

/** The plugin of the version that the clone's npm package asks the engine for. */
function pluginOf(place: Place, name: PluginName): Plugin {
  const manifest = require.resolve(`@pulumi/${name}/package.json`, { paths: [CLONE] });
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  return { name, version, folder: path.join(place.pulumiHome, "plugins", `resource-${name}-v${version}`) };
}

const programOf = ({ folder, name }: Plugin): string => path.join(folder, `pulumi-resource-${name}`);
const isThere = (plugin: Plugin): boolean => existsSync(programOf(plugin));

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
