import { readFileSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { ProviderError, isValues, type Value, type Values } from "@waybill/provider";
import { parse } from "yaml";
import type { Settings } from "./config";
import { listAt, objectAt, textAt } from "./object";

export interface Cluster {
  readonly server: string;
  /** The bytes of the CA's PEM, as the kubeconfig holds them. */
  readonly ca: Buffer;
  readonly serverName: string | undefined;
  readonly namespace: string;
  readonly token: string | undefined;
  readonly certificate: Buffer | undefined;
  readonly key: Buffer | undefined;
}

interface Entry {
  readonly value: Values;
  /** Relative paths in a kubeconfig start at its own folder. */
  readonly folder: string;
}
interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, Entry>;
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
}

/** From the provider's config (a path or the content), else KUBECONFIG (paths), else ~/.kube/config. */
export function readCluster(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): Cluster {
  const config = load(settings, env, home);
  const contextName = settings.context ?? config.currentContext;
  const context = pick("context", config.contexts, contextName).value;
  const cluster = pick("cluster", config.clusters, settings.cluster ?? textAt(context, "cluster"));
  const user = pick("user", config.users, textAt(context, "user"));
  return {
    server: (textAt(cluster.value, "server") ?? "").replace(/\/+$/, ""),
    ca: bytes(cluster, "certificate-authority") ?? Buffer.alloc(0),
    serverName: textAt(cluster.value, "tls-server-name"),
    namespace: settings.namespace ?? textAt(context, "namespace") ?? "default",
    ...credentials(user),
  };
}

function load(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): Kubeconfig {
  if (settings.kubeconfig !== undefined) {
    const given = settings.kubeconfig.replace(/^~(?=$|\/)/, home);
    return given.includes("\n") || given.startsWith("{") ? parseConfig(given, ".") : readFiles([given]);
  }
  const files = (env["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  return readFiles(files.length > 0 ? files : [join(home, ".kube", "config")]);
}

/** As kubectl does: the first file that says something wins. */
function readFiles(files: readonly string[]): Kubeconfig {
  const configs = files.map((file) => parseConfig(readText(file), dirname(file)));
  const merge = (key: "contexts" | "clusters" | "users") =>
    new Map(configs.toReversed().flatMap((one) => [...one[key]]));
  return {
    currentContext: configs.find((one) => one.currentContext !== undefined)?.currentContext,
    contexts: merge("contexts"),
    clusters: merge("clusters"),
    users: merge("users"),
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw invalid(
      `kubeconfig ${file}`,
      "a readable file",
      error instanceof Error ? error.message : String(error),
    );
  }
}

function parseConfig(text: string, folder: string): Kubeconfig {
  const config = parse(text) as Value;
  if (!isValues(config)) throw invalid("kubeconfig", "a YAML or JSON object", "something else");
  const entries = (list: string, key: string) =>
    new Map(
      listAt(config, list).map(
        (one) => [textAt(one, "name") ?? "", { value: objectAt(one, key), folder }] as const,
      ),
    );
  return {
    currentContext: textAt(config, "current-context") || undefined,
    contexts: entries("contexts", "context"),
    clusters: entries("clusters", "cluster"),
    users: entries("users", "user"),
  };
}

function pick(what: string, entries: ReadonlyMap<string, Entry>, name: string | undefined): Entry {
  const found = name === undefined ? undefined : entries.get(name);
  if (found !== undefined) return found;
  const known = [...entries.keys()].join(", ") || "none";
  throw invalid("kubeconfig", `${what} ${name ?? "(none is chosen)"}`, `these: ${known}`);
}

function credentials(user: Entry): Pick<Cluster, "token" | "certificate" | "key"> {
  const odd = ["exec", "auth-provider", "username"].find((key) => key in user.value);
  if (odd !== undefined) throw invalid("kubeconfig user", "a token or a client certificate", odd);
  const tokenFile = textAt(user.value, "tokenFile");
  return {
    token:
      textAt(user.value, "token") ?? (tokenFile && readText(resolve(user, tokenFile)).trim()) ?? undefined,
    certificate: bytes(user, "client-certificate"),
    key: bytes(user, "client-key"),
  };
}

function bytes(entry: Entry, key: string): Buffer | undefined {
  const data = textAt(entry.value, `${key}-data`);
  if (data !== undefined) return Buffer.from(data, "base64");
  const file = textAt(entry.value, key);
  return file === undefined ? undefined : Buffer.from(readText(resolve(entry, file)));
}

function resolve({ folder }: Entry, file: string): string {
  return isAbsolute(file) ? file : join(folder, file);
}

function invalid(about: string, expected: string, found: string): ProviderError {
  const next = 'Set KUBECONFIG to the sandbox\'s (`eval "$(npx waybill env)"`), or correct it.';
  return new ProviderError("invalid", { about, expected, found, next });
}
