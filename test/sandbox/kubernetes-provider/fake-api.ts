import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isValues, type Values } from "@waybill/provider";

const isDiscovery = /^\/(api\/[^/]+|apis\/[^/]+\/[^/]+)$/;

interface Answer {
  readonly status: number;
  readonly body: Values;
  readonly warning?: string;
}
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Values;
}

const served: Readonly<Record<string, Values>> = {
  "/api/v1": resources(
    "Namespace:namespaces",
    "ConfigMap:configmaps:ns",
    "Secret:secrets:ns",
    "Service:services:ns",
    "Pod:pods:ns",
  ),
  "/apis/apps/v1": resources(
    "Deployment:deployments:ns",
    "StatefulSet:statefulsets:ns",
    "DaemonSet:daemonsets:ns",
  ),
  "/apis/batch/v1": resources("Job:jobs:ns"),
  "/apis/apiextensions.k8s.io/v1": resources("CustomResourceDefinition:customresourcedefinitions"),
};

function resources(...all: string[]): Values {
  return {
    resources: all.map((one) => {
      const [kind = "", name = "", namespaced] = one.split(":");
      return { kind, name, namespaced: namespaced === "ns" };
    }),
  };
}

/** A little API server, strict: a request that no test prepared fails the test. */
export class FakeApi {
  readonly objects = new Map<string, Values>();
  readonly asked: Asked[] = [];
  readonly kinds = new Map(Object.entries(served));
  private readonly prepared: { matches: (asked: Asked) => boolean; answer: Answer; times: number }[] = [];
  private readonly changes = new Map<string, ((object: Values) => Values | undefined)[]>();
  private readonly surprises: string[] = [];
  private readonly server = createServer((request, response) => void this.serve(request, response));
  private uid = 0;

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Fails the test for every request that nobody expected. */
  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
    if (this.surprises.length > 0) throw new Error(`unexpected requests:\n${this.surprises.join("\n")}`);
  }

  /** The next answers to such requests, before the server's own. */
  prepare(what: string, answer: Answer, times = 1): void {
    const matches = ({ method, path, query }: Asked) =>
      `${method} ${path}${query["dryRun"] ? " dry" : ""}` === what;
    this.prepared.push({ matches, answer, times });
  }

  refuse(
    what: string,
    status: number,
    reason: string,
    message: string,
    details: Values = {},
    times = 1,
  ): void {
    this.prepare(what, { status, body: { kind: "Status", reason, message, details } }, times);
  }

  /** What happens to an object between one look at it and the next; undefined deletes it. */
  then(path: string, ...steps: ((object: Values) => Values | undefined)[]): void {
    this.changes.set(path, [...(this.changes.get(path) ?? []), ...steps]);
  }

  put(path: string, object: Values): void {
    const metadata = isValues(object["metadata"]) ? object["metadata"] : {};
    const uid = metadata["uid"] ?? `uid-${++this.uid}`;
    this.objects.set(path, { ...object, metadata: { generation: 1, ...metadata, uid } });
  }

  /** Requests so far, but for discovery: `PATCH /api/… dry`. */
  get requests(): readonly string[] {
    return this.asked
      .filter(({ path }) => !isDiscovery.test(path))
      .map(({ method, path, query }) => `${method} ${path}${query["dryRun"] ? " dry" : ""}`);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", "http://fake");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const asked: Asked = {
      method: request.method ?? "",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      body: text === "" ? {} : (JSON.parse(text) as Values),
    };
    this.asked.push(asked);
    const { status, body, warning } = this.answer(asked);
    response.writeHead(status, { "content-type": "application/json", ...(warning ? { warning } : {}) });
    response.end(JSON.stringify(body));
  }

  private answer(asked: Asked): Answer {
    const prepared = this.prepared.find(({ matches, times }) => times > 0 && matches(asked));
    if (prepared !== undefined) {
      prepared.times -= 1;
      return prepared.answer;
    }
    const { method, path } = asked;
    if (method === "GET") return this.get(path);
    if (method === "PATCH") return this.apply(asked);
    if (method === "DELETE") return this.remove(path);
    if (method === "POST" && asked.query["dryRun"] === "All") return { status: 201, body: asked.body };
    return this.surprise(`${method} ${path}`);
  }

  private get(path: string): Answer {
    const kinds = this.kinds.get(path);
    if (kinds !== undefined) return { status: 200, body: kinds };
    const next = this.changes.get(path)?.shift();
    const object = this.objects.get(path);
    const changed = next === undefined || object === undefined ? object : next(object);
    if (changed === undefined) this.objects.delete(path);
    else this.objects.set(path, changed);
    if (changed !== undefined) return { status: 200, body: changed };
    if (isDiscovery.test(path)) return notFound("");
    if (path.split("/").length % 2 === (path.startsWith("/apis") ? 1 : 0)) return this.list(path);
    return notFound(path.split("/").at(-2) ?? "");
  }

  /** Collections end with a plural: everything that is kept below. */
  private list(path: string): Answer {
    const items = [...this.objects].filter(([key]) => key.startsWith(`${path}/`)).map(([, object]) => object);
    return { status: 200, body: { kind: "List", items } };
  }

  private apply({ path, query, body }: Asked): Answer {
    const before = this.objects.get(path);
    const metadata = isValues(body["metadata"]) ? body["metadata"] : {};
    const old = before && isValues(before["metadata"]) ? before["metadata"] : {};
    const applied: Values = {
      ...before,
      ...body,
      metadata: {
        ...old,
        ...metadata,
        uid: old["uid"] ?? `uid-${++this.uid}`,
        creationTimestamp: "2026-11-21T00:00:00Z",
        resourceVersion: "7",
        generation: typeof old["generation"] === "number" ? old["generation"] + 1 : 1,
        managedFields: [{ manager: query["fieldManager"] ?? "", operation: "Apply" }],
      },
    };
    if (query["dryRun"] === undefined) this.objects.set(path, applied);
    return { status: before === undefined ? 201 : 200, body: applied };
  }

  private remove(path: string): Answer {
    const object = this.objects.get(path);
    if (object === undefined) return notFound(path.split("/").at(-2) ?? "");
    if (this.changes.get(path) === undefined) this.objects.delete(path);
    return { status: 200, body: object };
  }

  private surprise(what: string): Answer {
    this.surprises.push(what);
    return { status: 500, body: { message: `the fake API server did not expect ${what}` } };
  }
}

function notFound(kind: string): Answer {
  return {
    status: 404,
    body: { kind: "Status", reason: "NotFound", message: "not found", details: { kind } },
  };
}
