import { AdmissionError } from "./error";

const PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
/** A part without a dot: before a slash, one with a dot is a host. */
const NO_HOST = "[a-z0-9]+(?:(?:_|__|-+)[a-z0-9]+)*";
const HOST = "(?:[a-zA-Z0-9.-]+|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?";
const TAG = "(?::\\w[\\w.-]{0,127})?";
const DIGEST = "@(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})";
const HUB = "(?:(?:index\\.)?docker\\.io/)?";

export const LONGEST_REFERENCE = 1024;

/** Patterns in the syntax that RE2 and JavaScript share, each for the whole of a reference. */
export interface ReferencePattern {
  readonly named: string;
  /** Names that docker.io has without a host. RE2 cannot say "but not": what `NEVER` matches is none of them. */
  readonly short: string | undefined;
}

/** What is read as a host, or as a digest alone, and not as a name on docker.io. */
export const NEVER = "^(?:localhost/|(?:md5|sha1|sha256|sha384|sha512|blake3):[0-9a-f]{32,}@|[0-9a-f]{64}$)";

/** Any reference that is pinned by a digest. */
export const PINNED = `^(?:${HOST}/)?${PART}(?:/${PART})*${TAG}${DIGEST}$`;

/** References in one of the registries, or to one of the repositories. */
export function inRegistries(
  registries: readonly string[],
  repositories: readonly string[],
  { pinned }: { readonly pinned: boolean },
): ReferencePattern {
  const alternatives = [...registries.map(registryPattern), ...repositories.map(repositoryPattern)];
  return pattern(alternatives, pinned ? `${TAG}${DIGEST}` : `${TAG}(?:${DIGEST})?`);
}

/** The same question in JavaScript as `matchExpression` asks in the cluster. */
export function matches({ named, short }: ReferencePattern, image: string): boolean {
  if (image.length > LONGEST_REFERENCE) return false;
  if (new RegExp(named).test(image)) return true;
  return short !== undefined && new RegExp(short).test(image) && !new RegExp(NEVER).test(image);
}

interface Alternatives {
  readonly named?: string;
  readonly short?: string;
}

function pattern(parts: readonly Alternatives[], end: string): ReferencePattern {
  const named = parts.flatMap((part) => part.named ?? []);
  const short = parts.flatMap((part) => part.short ?? []);
  return {
    // Nothing listed: nothing matches, not even the empty text.
    named: named.length === 0 ? "^[^\\s\\S]$" : `^(?:${named.join("|")})${end}$`,
    short: short.length === 0 ? undefined : `^(?:${short.join("|")})${end}$`,
  };
}

/** By whole segments: `ghcr.io/acme` holds `ghcr.io/acme/app`, and not `ghcr.io/acme-evil/app`. */
function registryPattern(registry: string): Alternatives {
  const { host, path } = split(registry);
  if (host !== "docker.io") {
    const more = path === "" ? `(?:/${PART})+` : `/${escape(path)}(?:/${PART})*`;
    return { named: `${escape(host)}${more}` };
  }
  if (path === "") {
    return { named: `(?:index\\.)?docker\\.io(?:/${PART})+`, short: `(?:${PART}|${NO_HOST}(?:/${PART})+)` };
  }
  if (path === "library") return { named: `${HUB}library(?:/${PART})+`, short: `${HUB}${PART}` };
  const [first = "", ...rest] = path.split("/");
  const more = rest.length === 0 ? `(?:/${PART})+` : `(?:/${PART})*`;
  return { named: `${isHost(first) ? "(?:index\\.)?docker\\.io/" : HUB}${escape(path)}${more}` };
}

function repositoryPattern(repository: string): Alternatives {
  const { host, path } = split(repository);
  if (path === "") throw bad(repository, "a repository: host/path");
  if (host !== "docker.io") return { named: `${escape(host)}/${escape(path)}` };
  const name = path.replace(/^library\//, "");
  const library = path.startsWith("library/") && !name.includes("/");
  if (library) return { named: `${HUB}(?:library/)?${escape(name)}` };
  const [first = ""] = path.split("/");
  return { named: `${isHost(first) ? "(?:index\\.)?docker\\.io/" : HUB}${escape(path)}` };
}

function split(text: string): { host: string; path: string } {
  const [host = "", ...segments] = text.replace(/\/+$/, "").split("/");
  const isName = new RegExp(`^${HOST}$`).test(host) && (host === "localhost" || /[.:]/.test(host));
  const areParts = segments.every((segment) => new RegExp(`^${PART}$`).test(segment));
  if (!isName || !areParts) throw bad(text, "host or host/path, as in ghcr.io/acme");
  if (host !== "docker.io" && host !== "index.docker.io") return { host, path: segments.join("/") };
  return { host: "docker.io", path: segments.join("/") };
}

const isHost = (segment: string): boolean => segment === "localhost" || segment.includes(".");

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function bad(text: string, expected: string): AdmissionError {
  return new AdmissionError("bad-registry", {
    about: `registry "${text}"`,
    expected,
    found: "something else",
    next: "Write it as it stands in image references, without a scheme, a tag or a digest.",
  });
}
