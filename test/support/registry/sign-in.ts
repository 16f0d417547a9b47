import { createHash } from "node:crypto";
import type { TestAnswer, TestHandler, TestRequest } from "./http";

export interface SignIn {
  /** Behind a registry's handler: lets in who brings a token of this service. */
  guard(next: TestHandler, realm: () => string): TestHandler;
  /** The token service itself. */
  readonly service: TestHandler;
  /** All tokens end now. */
  expire(): void;
}

export interface SignInOptions {
  /** user → password; without any, everybody gets a token. */
  readonly users?: Readonly<Record<string, string>>;
  readonly expiresIn?: number;
}

/** Token authentication as distribution documents it, for one service called `test`. */
export function signIn({ users, expiresIn = 300 }: SignInOptions = {}): SignIn {
  let generation = 0;
  const tokenFor = (scopes: readonly string[]): string =>
    createHash("sha256")
      .update(`${generation} ${[...scopes].sort().join(" ")}`)
      .digest("hex") + `.${scopes.join("|")}`;
  return {
    expire: () => {
      generation += 1;
    },
    service: (request) => {
      if (users && !knows(users, request)) return { status: 401 };
      const scopes = request.url.searchParams.getAll("scope");
      const body = JSON.stringify({ token: tokenFor(scopes), expires_in: expiresIn });
      return { status: 200, headers: { "content-type": "application/json" }, body };
    },
    guard: (next, realm) => (request) => {
      const needed = neededScopes(request);
      const token = request.headers["authorization"]?.replace(/^Bearer /, "") ?? "";
      const scopes = token.split(".")[1]?.split("|") ?? [];
      const isGood = token === tokenFor(scopes) && needed.every((scope) => covers(scopes, scope));
      return isGood ? next(request) : challenge(realm(), needed);
    },
  };
}

function challenge(realm: string, scopes: readonly string[]): TestAnswer {
  const value = `Bearer realm="${realm}",service="test",scope="${scopes.join(" ")}"`;
  return { status: 401, headers: { "www-authenticate": value } };
}

function neededScopes({ method, url }: TestRequest): string[] {
  const name = /^\/v2\/(.+)\/(?:manifests|blobs|referrers)\//.exec(url.pathname)?.[1] ?? "";
  const from = url.searchParams.get("from");
  const own = `repository:${name}:${method === "GET" || method === "HEAD" ? "pull" : "pull,push"}`;
  return from === null ? [own] : [own, `repository:${from}:pull`];
}

function covers(scopes: readonly string[], needed: string): boolean {
  return scopes.some((scope) => scope === needed || scope === needed.replace(/:pull$/, ":pull,push"));
}

function knows(users: Readonly<Record<string, string>>, { headers }: TestRequest): boolean {
  const encoded = headers["authorization"]?.replace(/^Basic /, "") ?? "";
  const [user = "", password] = Buffer.from(encoded, "base64").toString().split(":");
  return password !== undefined && users[user] === password;
}
