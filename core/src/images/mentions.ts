import { ImageError, parseReference } from "../image";
import { isObject, join } from "./path";
import { isSurelyImage } from "./shape";

/** A text that names an image and makes nobody fetch it by itself: an operator, a side car injector or a script may. */
export interface Mention {
  readonly path: string;
  readonly image: string;
  readonly container?: string;
}

/** Images in environment variables, commands, arguments and annotations, at any depth. */
export function findMentions(object: unknown): Mention[] {
  const found: Mention[] = [];
  search(object, "", undefined, found);
  return found;
}

function search(value: unknown, at: string, container: string | undefined, found: Mention[]): void {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (typeof item === "object" && item !== null) search(item, `${at}[${index}]`, container, found);
    }
    return;
  }
  if (!isObject(value)) return;
  const name = value["image"] !== undefined && typeof value["name"] === "string" ? value["name"] : container;
  for (const key of Object.keys(value)) {
    const child = value[key];
    if (typeof child !== "object" || child === null) continue;
    const path = join(at, key);
    const read = READERS[key];
    if (read) {
      const own = name === undefined ? {} : { container: name };
      for (const { path: below, image } of read(child))
        found.push({ path: `${path}${below}`, image, ...own });
    } else search(child, path, name, found);
  }
}

type Found = readonly { readonly path: string; readonly image: string }[];

const READERS: Readonly<Record<string, ((value: object) => Found) | undefined>> = {
  env: (value) =>
    each(value).flatMap(([index, item]) => {
      if (!isObject(item) || typeof item["value"] !== "string") return [];
      const named = /image/i.test(String(item["name"]));
      return isMentioned(item["value"], named) ? [{ path: `[${index}].value`, image: item["value"] }] : [];
    }),
  command: texts,
  args: texts,
  annotations: (value) =>
    Object.entries(value).flatMap(([key, text]) =>
      typeof text === "string" && isMentioned(text, /image/i.test(key))
        ? [{ path: join("", key).replace(/^(?!\[)/, "."), image: text }]
        : [],
    ),
};

/** `--proxy-image=name:tag`, `-image name:tag`, or an image as a word of its own. */
function texts(value: object): Found {
  const list = each(value);
  return list.flatMap(([index, text], position) => {
    if (typeof text !== "string") return [];
    const flag = /^--?(?<name>[\w.-]+)=(?<value>\S+)$/.exec(text)?.groups;
    const before = list[position - 1]?.[1];
    const named = flag
      ? /image/i.test(flag["name"] ?? "")
      : typeof before === "string" && /^--?[\w.-]*image$/i.test(before);
    const image = flag?.["value"] ?? text;
    return isMentioned(image, named) ? [{ path: `[${index}]`, image }] : [];
  });
}

function each(value: object): [number, unknown][] {
  return Array.isArray(value) ? [...(value as unknown[]).entries()] : [];
}

/** What is called an image may be short; anything else must look like one beyond doubt. */
function isMentioned(text: string, named: boolean): boolean {
  if (text.length > 1024 || /\s/.test(text)) return false;
  if (isSurelyImage(text)) return true;
  if (!named || !/[/:@]/.test(text) || /^(?:\w+:\/\/|\/)/.test(text)) return false;
  try {
    const { tag, digest, repository } = parseReference(text);
    return tag !== undefined || digest !== undefined || repository.includes("/");
  } catch (error) {
    if (error instanceof ImageError) return false;
    throw error;
  }
}
