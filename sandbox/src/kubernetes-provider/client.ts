import { ProviderError, type Values } from "@waybill/provider";
import { request, type Dispatcher } from "undici";
import { ApiError } from "./api-error";
import type { Clock } from "./clock";
import { fromWire, toWire } from "./underscores";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Values;
}
export interface ApiAnswer {
  readonly object: Values;
  /** What admission and deprecation have to say about a request that was accepted. */
  readonly warnings: readonly string[];
}

const timeouts = { headersTimeout: 60_000, bodyTimeout: 60_000 };
/** An API server that restarts is back within seconds; a wrong address will never answer. */
const retryDelays = [200, 400, 800, 1_600, 3_200];
const connectionFailures: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** One API server. Every request here may be repeated: reads, server-side apply, dry runs, deletes. */
export class Client {
  constructor(
    private readonly server: string,
    private readonly dispatcher: Dispatcher,
    private readonly token: string | undefined,
    private readonly clock: Clock,
  ) {}

  async send(what: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    for (const delay of retryDelays) {
      const answer = await this.attempt(what, signal);
      if (!(answer instanceof Busy)) return answer;
      await this.clock.sleep(Math.max(delay, answer.retryAfter), signal);
    }
    const last = await this.attempt(what, signal);
    if (last instanceof Busy) throw last.error;
    return last;
  }

  private async attempt(what: ApiRequest, signal: AbortSignal): Promise<ApiAnswer | Busy> {
    let response: Awaited<ReturnType<typeof request>>;
    let text: string;
    try {
      response = await request(this.server + what.path, this.options(what, signal));
      text = await response.body.text();
    } catch (error) {
      if (signal.aborted) throw error;
      const unreachable = this.unreachable(error);
      if (connectionFailures.has(codeOf(error))) return new Busy(unreachable, 0);
      throw unreachable;
    }
    const object = parse(text);
    if (response.statusCode < 400)
      return { object: fromWire(object), warnings: warningsIn(response.headers["warning"]) };
    const error = new ApiError(response.statusCode, object);
    if (error.status !== 429 && error.status !== 503) throw error;
    return new Busy(error, Math.min(Number(response.headers["retry-after"] ?? 0) || 0, 10) * 1_000);
  }

  private options({ method, query, body }: ApiRequest, signal: AbortSignal): Parameters<typeof request>[1] {
    const apply = method === "PATCH" ? "application/apply-patch+yaml" : "application/json";
    return {
      method,
      dispatcher: this.dispatcher,
      signal,
      ...timeouts,
      headers: {
        accept: "application/json",
        "user-agent": "waybill-kubernetes-stand-in",
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { "content-type": apply }),
      },
      ...(query === undefined ? {} : { query }),
      // JSON is YAML.
      ...(body === undefined ? {} : { body: JSON.stringify(toWire(body)) }),
    };
  }

  private unreachable(error: unknown): ProviderError {
    return new ProviderError(
      "unreachable",
      {
        about: `API server ${this.server}`,
        expected: "an answer",
        found: error instanceof Error ? error.message || codeOf(error) : String(error),
        next: "Is the sandbox up? `npm run sandbox -- status` tells.",
      },
      { cause: error },
    );
  }
}

class Busy {
  constructor(
    readonly error: Error,
    readonly retryAfter: number,
  ) {}
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function parse(text: string): Values {
  try {
    return JSON.parse(text) as Values;
  } catch {
    return { message: text.slice(0, 500) };
  }
}

/** `299 - "the text"`, quotes inside escaped (RFC 9111, section 5.5 of its predecessor 7234). */
function warningsIn(header: string | string[] | undefined): readonly string[] {
  const all = [header ?? []].flat().join(", ");
  return [...all.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) =>
    text.replaceAll(/\\(.)/g, "$1"),
  );
}

export function missingKind(
  about: string,
  gvk: { readonly kind: string },
  apiVersion: string,
): ProviderError {
  return new ProviderError("refused", {
    about,
    expected: `kind ${gvk.kind} of ${apiVersion} on the API server`,
    found: "no such kind",
    next: "Install its CustomResourceDefinition first, or correct the apiVersion.",
  });
}
