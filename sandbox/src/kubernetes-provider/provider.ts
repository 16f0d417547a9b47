import {
  ProviderError,
  Unknown,
  differences,
  type Change,
  type Diff,
  type Provider,
  type Resource,
  type Values,
} from "@waybill/provider";
import type { Dispatcher } from "undici";
import { check } from "./check";
import { Client } from "./client";
import type { Clock } from "./clock";
import { readSettings, refusedSettings } from "./config";
import { create } from "./create";
import { diff } from "./diff";
import { Discovery } from "./discovery";
import { assertSandbox } from "./guard";
import { readCluster, type Cluster } from "./kubeconfig";
import { parseKind } from "./kind";
import { read } from "./read";
import { remove } from "./remove";
import type { Session } from "./session";
import { update } from "./update";

/** What the stand-in needs of the world. */
export interface World {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly clock: Clock;
  readonly connect: (cluster: Cluster) => Dispatcher;
}

/** The stand-in for the official Kubernetes provider, for the sandbox's cluster only. */
export function kubernetesProvider(world: World): Provider {
  let session: Session | undefined;
  return {
    name: "kubernetes",
    version: world.version,
    checkConfig: ({ news }) => Promise.resolve({ inputs: news, failures: refusedSettings(news, {}) }),
    diffConfig: ({ oldInputs, news }) => Promise.resolve(diffConfig(world, oldInputs, news)),
    configure: (config, operation) => {
      session = openSession(world, config);
      operation.log("info", "The sandbox's stand-in serves Kubernetes here, not the official provider.");
      return Promise.resolve();
    },
    resource: (type) => {
      parseKind(type);
      if (session === undefined) throw new Error("a resource was asked for before Configure");
      return resourceOf(session);
    },
  };
}

function openSession(world: World, config: Values): Session {
  const [refusal] = refusedSettings(config, world.env);
  if (refusal !== undefined) {
    const [expected, found] = ["settings that the stand-in serves", refusal.reason];
    throw new ProviderError("unsupported", {
      about: "provider kubernetes",
      expected,
      found,
      next: "Leave it out.",
    });
  }
  const settings = readSettings(config, world.env);
  const cluster = readCluster(settings, world.env, world.home);
  assertSandbox(cluster, world.env["PULUMI_HOME"]);
  const client = new Client(cluster.server, world.connect(cluster), cluster.token, world.clock);
  const { namespace } = cluster;
  return {
    client,
    discovery: new Discovery(client),
    settings,
    namespace,
    clock: world.clock,
    said: new Set(),
  };
}

function resourceOf(session: Session): Resource {
  return {
    check: (request, operation) => check(session, request, operation),
    diff: (request, operation) => diff(session, request, operation),
    create: (request, operation) => create(session, request, operation),
    read: (request, operation) => read(session, request, operation),
    update: (request, operation) => update(session, request, operation),
    delete: (request, operation) => remove(session, request, operation),
  };
}

/** Another cluster means new objects for everything; another way to the same cluster means nothing. */
function diffConfig(world: World, olds: Values, news: Values): Diff {
  const where = ["kubeconfig", "context", "cluster"];
  const changes = differences(olds, news);
  const moved = movedCluster(world, olds, news);
  return {
    changes: changes.map((change): Change => ({
      ...change,
      replace: moved && where.includes(String(change.path[0])),
    })),
  };
}

function movedCluster(world: World, olds: Values, news: Values): boolean {
  const where = ["kubeconfig", "context", "cluster"];
  if (where.some((key) => news[key] instanceof Unknown)) return true;
  const [before, after] = [olds, news].map((config) => clusterOf(world, config));
  return before !== undefined && after !== undefined && before !== after;
}

/** Undefined where no kubeconfig was given or it can no longer be read: then nobody can tell. */
function clusterOf(world: World, config: Values): string | undefined {
  const settings = readSettings(config, {});
  if (settings.kubeconfig === undefined) return undefined;
  try {
    const { server, ca } = readCluster(settings, {}, world.home);
    return `${server} ${ca.toString("base64")}`;
  } catch {
    return undefined;
  }
}
