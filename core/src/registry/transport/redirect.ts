import { registryError } from "../errors";
import { isLoopback, isPrivate, isThisMachine } from "./endpoint";

export const MOST_REDIRECTS = 5;

const FOLLOWED = new Set([301, 302, 303, 307, 308]);
/** The redirects that keep method and body. */
const KEEPING = new Set([307, 308]);

export function isRedirect(status: number, method: string): boolean {
  return method === "GET" || method === "HEAD" ? FOLLOWED.has(status) : KEEPING.has(status);
}

/**
 * Where a registry sends its client. It may be another host (whom no credentials are shown), but never from TLS to
 * plain HTTP, and never from elsewhere to a service on this machine.
 */
export function safeTarget(about: string, from: URL, location: string | undefined): URL {
  if (location === undefined) throw unsafe(about, "a Location header", "none");
  const to = URL.parse(location, from.href);
  if (to === null) throw unsafe(about, "a Location that is a URL", "something else");
  if (to.protocol !== "http:" && to.protocol !== "https:") {
    throw unsafe(about, "an http or https URL", `the scheme ${to.protocol}`);
  }
  if (to.username !== "" || to.password !== "")
    throw unsafe(about, "a URL without credentials", "credentials");
  const same = to.origin === from.origin;
  if (!same && isThisMachine(to.hostname) && !isLoopback(from.hostname)) {
    throw unsafe(about, "a host beyond this machine", to.host);
  }
  if (!same && !isPrivate(to)) throw unsafe(about, "an https URL", `plain HTTP to ${to.host}`);
  to.hash = "";
  return to;
}

function unsafe(about: string, expected: string, found: string): Error {
  return registryError("unsafe-redirect", { about, expected: `${expected} to be redirected to`, found });
}
