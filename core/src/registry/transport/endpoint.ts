import { isIPv4 } from "node:net";
import { type ImageReference, parseReference, quote } from "../../image";
import { registryError } from "../errors";

/** A place in a registry, by the name under which people know it. */
export type Repository = Pick<ImageReference, "registry" | "repository">;

const DOCKER_HUB = "docker.io";
const DOCKER_HUB_API = "registry-1.docker.io";

export interface PlainHttp {
  /** Hosts beyond loopback that are spoken to over plain HTTP. */
  readonly insecure: readonly string[];
  /** Loopback hosts that speak TLS. */
  readonly secure: readonly string[];
}

/** Plain HTTP for loopback and for what was listed; TLS for everything else. */
export function endpointOf(registry: string, { insecure, secure }: PlainHttp): URL {
  const host = registry === DOCKER_HUB ? DOCKER_HUB_API : registry;
  const https = new URL(`https://${host}`);
  const plain = isLoopback(https.hostname) ? !secure.includes(registry) : insecure.includes(registry);
  return plain ? new URL(`http://${host}`) : https;
}

export function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."))
  );
}

/** True where nobody on the way can read along. */
export function isPrivate(url: URL): boolean {
  return url.protocol === "https:" || isLoopback(url.hostname);
}

/** Every name and address under which a request would end on this machine, as far as the name itself tells. */
export function isThisMachine(hostname: string): boolean {
  const name = hostname.replace(/\.$/, "");
  return (
    isLoopback(name) ||
    name.endsWith(".localhost") ||
    name === "0.0.0.0" ||
    name === "[::]" ||
    name.startsWith("[::ffff:7f") // IPv4 loopback inside IPv6, as URL writes it.
  );
}

/** Names come from parsed references; this keeps a hand-made one from reaching other paths of the host. */
export function assertRepository({ registry, repository }: Repository): void {
  const parsed = parse(`${registry}/${repository}`);
  if (parsed?.registry === registry && parsed.repository === repository && parsed.tag === undefined) return;
  throw registryError("malformed", {
    about: `repository ${quote(`${registry}/${repository}`)}`,
    expected: "a registry and a repository",
    found: "something else",
    next: "Parse image references with parseReference.",
  });
}

function parse(text: string): ImageReference | undefined {
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
}

export function nameOf({ registry, repository }: Repository, reference?: string): string {
  if (reference === undefined) return `${registry}/${repository}`;
  return `${registry}/${repository}${reference.includes(":") ? "@" : ":"}${reference}`;
}
