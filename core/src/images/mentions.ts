import { ImageError, parseReference } from "../image";
import { below, isObject, join } from "./path";
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
  if (typeof object === "object" && object !== null) search(object, undefined, undefined, found);
  return found;
}

/** The way to a value; written out only where something is found. */
interface Way {
  readonly before: Way | undefined;
  readonly key: string | number;
}

function search(value: object, way: Way | undefined, container: string | undefined, found: Mention[]): void {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (typeof item === "object" && item !== null)
        search(item, { before: way, key: index }, container, found);
    }
    return;
  }
  const fields = value as Record<string, unknown>;
  const { image, name: called } = fields;
  const name = image !== undefined && typeof called === "string" ? called : container;
  for (const key of Object.keys(fields)) {
    const child = fields[key];
    if (typeof child !== "object" || child === null) continue;
    const read = READERS[key];
    if (!read) search(child, { before: way, key }, name, found);
    else
      for (const { path, image: text } of read(child)) {
        const own = name === undefined ? {} : { container: name };
        found.push({ path: below(pathOf({ before: way, key }), path), image: text, ...own });
      }
  }
}

function pathOf({ before, key }: Way): string {
  const at = before ? pathOf(before) : "";
  return typeof key === "number" ? `${at}[${key}]` : join(at, key);
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
        ? [{ path: join("", key), image: text }]
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
