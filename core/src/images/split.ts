import { type ImageOccurrence, UNKNOWN } from "./occurrence";
import { join } from "./path";

/**
 * An image in several fields, as charts and some kinds write it; undefined where they hold none. An empty digest falls
 * back to the tag, and an empty tag to whatever its reader chooses: then nothing here pins it.
 */
export function splitImage(fields: Record<string, unknown>, at: string): ImageOccurrence | undefined {
  if (fields["repository"] === undefined) {
    for (const key of ["reference", "ref", "image"]) {
      const whole = fields[key];
      if (whole === UNKNOWN || (typeof whole === "string" && whole !== ""))
        return wholeImage(fields, key, whole, at);
    }
  }
  const { registry, tag } = fields;
  const repository = fields["repository"] ?? fields["name"];
  if (isUnset(repository) && isUnset(tag) && isUnset(fields["digest"])) return undefined;
  return withParts({ registry, repository, tag }, fields, at);
}

/** `{reference: name:tag}`, as image volumes have it, or `{image: name, tag: 1}`. */
function wholeImage(
  fields: Record<string, unknown>,
  key: string,
  whole: string | typeof UNKNOWN,
  at: string,
): ImageOccurrence {
  if (isUnset(fields["tag"]) && !("digest" in fields)) return { path: join(at, key), image: whole };
  return withParts({ repository: whole, tag: fields["tag"] }, fields, at);
}

function withParts(
  { registry, repository, tag }: { registry?: unknown; repository?: unknown; tag?: unknown },
  fields: Record<string, unknown>,
  at: string,
): ImageOccurrence {
  const digest = isUnset(fields["digest"]) ? shaOf(fields["sha"]) : fields["digest"];
  const image = composeImage({ registry, repository, tag, digest });
  return { path: at, image, split: "digest" in fields ? { digest: join(at, "digest") } : {} };
}

/** Some charts keep the digest's hex alone. */
function shaOf(sha: unknown): unknown {
  return typeof sha === "string" && /^[0-9a-f]{64}$/.test(sha) ? `sha256:${sha}` : sha;
}

export function composeImage(parts: {
  readonly registry?: unknown;
  readonly repository?: unknown;
  readonly tag?: unknown;
  readonly digest?: unknown;
}): string | typeof UNKNOWN {
  const texts = [parts.registry, parts.repository, parts.tag, parts.digest].map(textOf);
  if (texts.includes(undefined)) return UNKNOWN;
  const [registry = "", repository = "", tag = "", digest = ""] = texts;
  return `${registry === "" ? "" : `${registry}/`}${repository}${tag === "" ? "" : `:${tag}`}${digest === "" ? "" : `@${digest}`}`;
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return "";
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}
