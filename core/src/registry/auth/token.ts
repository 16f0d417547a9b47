import { registryError } from "../errors";
import { isRecord, parseJson } from "../content/json";
import type { Access, Call, Transport } from "../transport/transport";
import { readCapped } from "../transport/body";
import { basic, type Credentials } from "./credentials";

export interface Token {
  readonly value: string;
  readonly lifetimeMs: number;
}

export interface TokenRequest {
  readonly access: Access;
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scope: string;
  readonly credentials: Credentials | undefined;
}

const LARGEST_TOKEN_BYTES = 64 * 1024;
/** distribution, "Token Authentication": a token that does not say lives for 60 s, and none lives shorter. */
const SHORTEST_LIFETIME_S = 60;
const LONGEST_LIFETIME_S = 3600;
const CLIENT = "waybill";

export async function fetchToken(transport: Transport, request: TokenRequest): Promise<Token> {
  return transport.send(toCall(request), async (answer) =>
    parse(request.access.registry, await readCapped(answer, LARGEST_TOKEN_BYTES)),
  );
}

function toCall(request: TokenRequest): Call {
  const { access, realm, credentials } = request;
  const about = `sign-in to ${access.registry}`;
  const common = { about, expect: [200], lane: "tokens", redirects: false } as const;
  const query = parameters(request);
  if (credentials?.kind === "identity-token") {
    query.set("grant_type", "refresh_token");
    query.set("refresh_token", credentials.token);
    query.set("client_id", CLIENT);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return { ...common, method: "POST", url: realm, headers, body: Buffer.from(query.toString()) };
  }
  const url = new URL(realm);
  for (const [name, value] of query) url.searchParams.append(name, value);
  const headers: Record<string, string> =
    credentials?.kind === "password"
      ? { authorization: basic(credentials.username, credentials.password) }
      : {};
  return { ...common, method: "GET", url, headers };
}

function parameters({ service, scope }: TokenRequest): URLSearchParams {
  const query = new URLSearchParams();
  if (service !== undefined) query.set("service", service);
  for (const one of scope.split(" ")) if (one !== "") query.append("scope", one);
  return query;
}

function parse(registry: string, bytes: Uint8Array): Token {
  const answer = parseJson(bytes);
  const value = isRecord(answer) ? (answer["token"] ?? answer["access_token"]) : undefined;
  // It goes into a header: nothing but visible ASCII.
  if (!isRecord(answer) || typeof value !== "string" || !/^[\x21-\x7e]+$/.test(value)) {
    throw registryError("malformed", {
      about: `sign-in to ${registry}`,
      expected: "JSON with a token",
      found: "something else",
    });
  }
  const told = Number(answer["expires_in"]);
  const seconds = Math.min(
    LONGEST_LIFETIME_S,
    Math.max(SHORTEST_LIFETIME_S, Number.isFinite(told) ? told : 0),
  );
  return { value, lifetimeMs: seconds * 1000 };
}
