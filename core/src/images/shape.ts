import { type ImageOccurrence, occurrence, UNKNOWN } from "./occurrence";
import { isObject, join } from "./path";
import { splitImage } from "./split";

/** In Helm values every name is the chart author's; in a custom kind any text that is surely an image counts too. */
export type Shape = "values" | "custom kind";

const IMAGE_KEY = /^(?:image|[a-z]\w*Image|image(?:Name|Ref|Reference|Uri|URI|Url|URL))$/;
const IMAGES_KEY = /^(?:images|[a-z]\w*Images)$/;
const CONTAINER_LISTS = ["containers", "initContainers", "ephemeralContainers"] as const;
const WAYS_TO_A_POD_SPEC = new Set<string>([
  "spec",
  "template",
  "podTemplate",
  "jobTemplate",
  ...CONTAINER_LISTS,
]);
const HOST = "(?:[a-z0-9-]+(?:\\.[a-z0-9-]+)+(?::\\d+)?|localhost:\\d+)";
/** A host, a path, and a tag or digest: no other kind of text looks so. A taint's effect begins in upper case. */
const SURE = new RegExp(`^${HOST}(?:/[a-z0-9._-]+)+(?::[a-z0-9_][\\w.-]*)?(?:@sha(?:256|512):[0-9a-f]+)?$`);

/** Whether a text can hardly be anything but an image. */
export function isSurelyImage(text: string): boolean {
  return SURE.test(text) && /[:@][^/]*$/.test(text);
}

/** Whether a key is one under which images usually stand. */
export function isImageKey(key: string): boolean {
  return IMAGE_KEY.test(key);
}

/** Images at any depth; and where a way to one usually is, what is unknown counts as one. */
export function findByShape(value: unknown, at: string, shape: Shape): ImageOccurrence[] {
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) => findByShape(item, `${at}[${index}]`, shape));
  if (!isObject(value)) return [];
  const split = isSplit(value) ? splitImage(value, at) : undefined;
  if (split) return [split];
  return Object.entries(value).flatMap(([key, child]) => inEntry(value, key, child, at, shape));
}

/** A repository alone may be one of charts or of sources. */
function isSplit(value: Record<string, unknown>): boolean {
  return typeof value["repository"] === "string" && ["tag", "digest", "registry"].some((key) => key in value);
}

function inEntry(
  holder: Record<string, unknown>,
  key: string,
  value: unknown,
  at: string,
  shape: Shape,
): ImageOccurrence[] {
  const path = join(at, key);
  const isImage = isImageKey(key);
  if (value === UNKNOWN) return isImage || WAYS_TO_A_POD_SPEC.has(key) ? [occurrence(path, UNKNOWN)] : [];
  if (Array.isArray(value) && (CONTAINER_LISTS as readonly string[]).includes(key))
    return inContainers(value, path, shape);
  if (IMAGES_KEY.test(key)) return inImages(value, path, shape);
  if (typeof value === "string") {
    if (isImage && /^\S+$/.test(value)) return [withTagBeside(holder, value, path)];
    return shape === "custom kind" && isSurelyImage(value) ? [occurrence(path, value)] : [];
  }
  // What stands there tells what ran, and what is to be in it was decided elsewhere.
  if (at === "" && shape === "custom kind" && (key === "status" || key === "metadata")) return [];
  const split = isImage && isObject(value) ? splitImage(value, path) : undefined;
  return split ? [split] : findByShape(value, path, shape);
}

/** A list or map of images by name. */
function inImages(value: unknown, at: string, shape: Shape): ImageOccurrence[] {
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) => inImage(item, `${at}[${index}]`, shape));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => inImage(item, join(at, key), shape));
}

function inImage(value: unknown, at: string, shape: Shape): ImageOccurrence[] {
  if (value === UNKNOWN) return [occurrence(at, UNKNOWN)];
  if (typeof value === "string") return /^\S+$/.test(value) ? [occurrence(at, value)] : [];
  const named = isObject(value) && ["repository", "tag", "digest"].some((key) => key in value);
  const split = named ? splitImage(value, at) : undefined;
  return split ? [split] : findByShape(value, at, shape);
}

/** A container's name tells which one it is; in a list of containers an image that is no text counts as unknown. */
function inContainers(list: readonly unknown[], at: string, shape: Shape): ImageOccurrence[] {
  return list.flatMap((item, index) => {
    const path = `${at}[${index}]`;
    if (item === UNKNOWN) return [occurrence(path, UNKNOWN)];
    if (!isObject(item)) return [];
    const { image, ...rest } = item;
    const name = typeof item["name"] === "string" ? item["name"] : undefined;
    const own = image === undefined || image === null ? [] : inContainer(image, item, `${path}.image`, name);
    return [...own, ...findByShape(rest, path, shape)];
  });
}

function inContainer(
  image: unknown,
  holder: Record<string, unknown>,
  at: string,
  name: string | undefined,
): ImageOccurrence[] {
  if (typeof image === "string")
    return [{ ...withTagBeside(holder, image, at), ...(name === undefined ? {} : { container: name }) }];
  const split = isObject(image) ? splitImage(image, at) : undefined;
  return [split ?? occurrence(at, UNKNOWN, name)];
}

/** Older charts write `image: nginx` and `imageTag: 1.27` beside it. */
function withTagBeside(holder: Record<string, unknown>, image: string, path: string): ImageOccurrence {
  const tag = holder["imageTag"] ?? holder["tag"];
  const named = /[@:][^/]*$/.test(image);
  if (named || (typeof tag !== "string" && typeof tag !== "number") || tag === "")
    return occurrence(path, image);
  return { path, image: `${image}:${tag}`, split: {} };
}
