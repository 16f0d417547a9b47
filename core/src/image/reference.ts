import { type Digest, parseDigest } from "./digest";
import { ImageError, type ImageErrorCode, quote } from "./error";
import { assertRegistry } from "./registry-host";

/** An image by its full name. The digest decides what it is; the tag beside a digest is decoration. */
export interface ImageReference {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}

export interface PinnedReference extends ImageReference {
  readonly digest: Digest;
}

const DOCKER_HUB = "docker.io";
const LONGEST_REPOSITORY = 255;
/** The longest host, port, repository, tag and digest together are shorter; no pattern ever runs on more. */
const LONGEST_REFERENCE = 1024;

const PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const AFTER_REGISTRY = new RegExp(
  `^(?<repository>${PART}(?:/${PART})*)(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>[^@]+))?$`,
);
const HEX_NAME = /^[0-9a-f]{64}$/;
const BARE_DIGEST = /^(?:md5|sha1|sha256|sha384|sha512|blake3):[0-9a-f]{32,}(?:@.*)?$/i;

/** The grammar and the docker.io rules of distribution/reference, less what its users misread. */
export function parseReference(text: string): ImageReference {
  assertPlausible(text);
  const [registry, rest] = splitRegistry(text);
  assertRegistry(registry);
  const groups = AFTER_REGISTRY.exec(rest)?.groups;
  if (!groups) {
    const path = rest.split(/[:@]/, 1)[0] ?? "";
    throw /[A-Z]/.test(path)
      ? refusal("upper-case-name", text, "a repository in lower case", quote(path))
      : refusal("malformed", text, "[host[:port]/]repository[:tag][@digest]", quote(text));
  }
  const { repository = "", tag, digest } = groups;
  if (repository.length > LONGEST_REPOSITORY) {
    throw refusal(
      "too-long",
      text,
      `a repository of at most ${LONGEST_REPOSITORY} characters`,
      `${repository.length}`,
    );
  }
  return { registry, repository, tag, digest: digest === undefined ? undefined : parseDigest(digest) };
}

export function parsePinned(text: string): PinnedReference {
  const reference = parseReference(text);
  if (!isPinned(reference)) {
    const found =
      reference.tag === undefined ? "neither tag nor digest" : `only the tag ${quote(reference.tag)}`;
    throw refusal("not-pinned", text, "a digest, as in repository@sha256:…", found);
  }
  return reference;
}

export function isPinned(reference: ImageReference): reference is PinnedReference {
  return reference.digest !== undefined;
}

/** The full form; parsing it gives the same reference again. */
export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

function assertPlausible(text: string): void {
  if (text === "") throw refusal("empty", text, "an image reference", "an empty text");
  if (text.length > LONGEST_REFERENCE) {
    throw refusal("too-long", text, `at most ${LONGEST_REFERENCE} characters`, `${text.length}`);
  }
  if (HEX_NAME.test(text)) {
    throw refusal("hex-name", text, "a repository name", "64 hex digits, which docker reads as an image id");
  }
  // Parses as an image called "sha256" with the hex as its tag, which looks pinned and is not.
  if (BARE_DIGEST.test(text)) {
    throw refusal(
      "bare-digest",
      text,
      "a repository before the digest, as in repository@sha256:…",
      "a digest alone",
    );
  }
}

/** `docker.io` and its old name are one registry; names without a host belong to it, one-part names to its `library/`. */
function splitRegistry(text: string): [registry: string, rest: string] {
  const slash = text.indexOf("/");
  const first = text.slice(0, Math.max(slash, 0));
  const isHost = first === "localhost" || /[.:]/.test(first) || first !== first.toLowerCase();
  const [named, rest] = isHost ? [first, text.slice(slash + 1)] : [DOCKER_HUB, text];
  if (named !== DOCKER_HUB && named !== `index.${DOCKER_HUB}`) return [named, rest];
  return [DOCKER_HUB, rest.includes("/") ? rest : `library/${rest}`];
}

function refusal(code: ImageErrorCode, text: string, expected: string, found: string): ImageError {
  return new ImageError(code, {
    about: `image ${quote(text)}`,
    expected,
    found,
    next: "Write the image as host[:port]/repository@sha256:….",
  });
}
