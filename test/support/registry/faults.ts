import { Agent } from "undici";
import type { TestAnswer, TestHandler, TestRequest } from "./http";

/** Something that goes wrong with some requests. */
export interface Fault {
  /** Which requests, such as `GET /v2/app/blobs/`; every request where it is left out. */
  readonly on?: string | RegExp;
  /** How often (default: once); the faults that are used up no longer count. */
  readonly times?: number;
  readonly then: TestAnswer | ((request: TestRequest, next: TestHandler) => TestAnswer | Promise<TestAnswer>);
}

/** Stands before another handler and spoils what it was told to spoil. The first fault that fits is the one. */
export function withFaults(next: TestHandler, faults: readonly Fault[]): TestHandler {
  const left = new Map(faults.map((fault) => [fault, fault.times ?? 1]));
  return (request) => {
    const line = `${request.method} ${request.url.pathname}${request.url.search}`;
    const fault = faults.find((one) => (left.get(one) ?? 0) > 0 && fits(one.on ?? "", line));
    if (!fault) return next(request);
    left.set(fault, (left.get(fault) ?? 0) - 1);
    return typeof fault.then === "function" ? fault.then(request, next) : fault.then;
  };
}

/** Changes what the handler behind it answers. */
export function altered(change: (answer: TestAnswer) => Partial<TestAnswer>): Fault["then"] {
  return async (request, next) => {
    const answer = await next(request);
    return { ...answer, ...change(answer) };
  };
}

/** Passes everything on to a real registry. */
export function proxyTo(url: string): { readonly handler: TestHandler; close(): Promise<void> } {
  const agent = new Agent();
  return {
    handler: async (request) => {
      const { method, url: asked, headers } = request;
      const answer = await agent.request({
        origin: url,
        path: asked.pathname + asked.search,
        method,
        headers: without(headers, ...HOP_BY_HOP, "content-length"),
        body: method === "GET" || method === "HEAD" ? null : await request.read(),
      });
      const body = Buffer.from(await answer.body.arrayBuffer());
      const passed = without(answer.headers, ...HOP_BY_HOP) as Record<string, string>;
      return { status: answer.statusCode, headers: passed, body };
    },
    close: () => agent.destroy(),
  };
}

export function without<T>(
  headers: Readonly<Record<string, T>> | undefined,
  ...names: string[]
): Record<string, T> {
  return Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => !names.includes(name)));
}

const HOP_BY_HOP = ["connection", "keep-alive", "transfer-encoding"];

function fits(on: string | RegExp, line: string): boolean {
  return typeof on === "string" ? line.startsWith(on) : on.test(line);
}
