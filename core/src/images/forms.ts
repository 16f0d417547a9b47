import { parseAllDocuments } from "yaml";
import { findImages, findInFields, inside } from "./find";
import { type ImageOccurrence, occurrence, oncePerPath, UNKNOWN } from "./occurrence";
import { isObject, join } from "./path";
import { type Form, podSpecFields } from "./rows/row";
import { findByShape, isImageKey } from "./shape";
import { composeImage, splitImage } from "./split";

type Reader = (value: unknown, at: string) => ImageOccurrence[];

/** How each form is read. What is not what it should be is unknown. */
export const FORMS: Readonly<Record<Form, Reader>> = {
  split: (value, at) => {
    if (typeof value === "string") return value === "" ? [] : [occurrence(at, value)];
    if (!isObject(value)) return [occurrence(at, UNKNOWN)];
    const image = splitImage(value, at);
    return image ? [image] : [];
  },
  url: (value, at) => {
    if (typeof value !== "string") return [occurrence(at, UNKNOWN)];
    const name = /^(?:docker|oci):\/\/(.*)$/.exec(value)?.[1];
    if (name === undefined) return /^\w+:\/\//.test(value) || value === "" ? [] : [occurrence(at, value)];
    return [{ path: at, image: name, embedded: true }];
  },
  "docker-prefix": (value, at) => {
    if (typeof value !== "string") return [occurrence(at, UNKNOWN)];
    const name = /^docker\|(.*)$/i.exec(value)?.[1];
    return name === undefined ? [] : [{ path: at, image: name, embedded: true }];
  },
  values: (value, at) => readText(value, at, (values, where) => findByShape(values, where, "values")),
  object: readObjectOrTemplate,
  "pod-spec": (value, at) => readText(value, at, (spec, where) => findInFields(spec, where, POD_SPEC)),
  "helm-parameters": (value, at) =>
    Array.isArray(value) ? helmParameters(value, at) : [occurrence(at, UNKNOWN)],
  "kustomize-images": (value, at) =>
    Array.isArray(value)
      ? value.flatMap((entry: unknown, index) => kustomizeImage(entry, `${at}[${index}]`))
      : [occurrence(at, UNKNOWN)],
  "kustomize-text": (value, at) => {
    if (typeof value !== "string") return [occurrence(at, UNKNOWN)];
    return [occurrence(at, value.slice(value.indexOf("=") + 1))];
  },
  "tekton-ref": tektonRef,
  "flux-oci": (value, at) => (isObject(value) ? fluxOci(value, at) : [occurrence(at, UNKNOWN)]),
};

const POD_SPEC = podSpecFields("").map((field) => ({ ...field, path: field.path.slice(1) }));

/** A map as it is; a text as the YAML that it holds, where nothing can be written by itself. */
function readText(value: unknown, at: string, read: Reader): ImageOccurrence[] {
  if (isObject(value)) return oncePerPath(read(value, at));
  if (typeof value !== "string") return [occurrence(at, UNKNOWN)];
  const documents = parseTexts(value);
  if (!documents) return [occurrence(at, UNKNOWN)];
  const where = (index: number): string => (documents.length === 1 ? at : `${at}[${index}]`);
  const found = oncePerPath(documents.flatMap((one, index) => read(one, where(index))));
  return found.map((one) => ({ ...one, embedded: true }));
}

/** A template without a kind may become anything. */
function readObjectOrTemplate(value: unknown, at: string): ImageOccurrence[] {
  if (typeof value === "string" && value.includes("{{")) {
    const objects = parseTexts(value)?.every((one) => isObject(one) && typeof one["kind"] === "string");
    if (!objects) return [occurrence(at, UNKNOWN)];
  }
  return readText(value, at, readObject);
}

function parseTexts(text: string): unknown[] | undefined {
  try {
    const documents = parseAllDocuments(text, { logLevel: "silent" });
    if ("empty" in documents) return [];
    if (documents.some(({ errors }) => errors.length > 0)) return undefined;
    return documents.map((document): unknown => document.toJS({ maxAliasCount: 100 }));
  } catch {
    return undefined;
  }
}

/** What a list of changes, or a part of an object, would put in. */
export function findInPatch(value: unknown): ImageOccurrence[] {
  return oncePerPath(readObject(value, ""));
}

/** An object says what it is; a patch of kustomize may be one without a kind, or a list of changes. */
function readObject(value: unknown, at: string): ImageOccurrence[] {
  if (value === UNKNOWN) return [occurrence(at, UNKNOWN)];
  if (Array.isArray(value))
    return value.flatMap((change: unknown, index) => jsonPatch(change, `${at}[${index}]`));
  if (!isObject(value)) return [];
  const { apiVersion, kind } = value;
  if (typeof apiVersion === "string" && typeof kind === "string")
    return findImages({ apiVersion, kind }, value).map((found) => inside(found, at));
  return findByShape(value, at, "custom kind");
}

/** `{op, path, value}`: the value is what stands at the path afterwards. */
function jsonPatch(change: unknown, at: string): ImageOccurrence[] {
  if (!isObject(change)) return change === UNKNOWN ? [occurrence(at, UNKNOWN)] : [];
  const { path, value } = change;
  const key =
    typeof path === "string"
      ? (path
          .split("/")
          .filter((part) => !/^(?:\d+|-)$/.test(part))
          .at(-1) ?? "")
      : "";
  const isItem = typeof path === "string" && /\/(?:\d+|-)$/.test(path);
  const before = `${join("", key)}${isItem ? "[0]" : ""}`.length;
  return findByShape({ [key]: isItem ? [value] : value }, "", "custom kind").map((found) => ({
    ...found,
    path: `${join(at, "value")}${found.path.slice(before)}`,
  }));
}

function helmParameters(parameters: readonly unknown[], at: string): ImageOccurrence[] {
  const groups = new Map<string, { at: string; parts: Record<string, unknown> }>();
  const found: ImageOccurrence[] = [];
  for (const [index, parameter] of parameters.entries()) {
    const path = `${at}[${index}]`;
    if (!isObject(parameter) || typeof parameter["name"] !== "string") {
      found.push(occurrence(path, UNKNOWN));
      continue;
    }
    const { name, value } = parameter;
    const keys = name.split(".");
    const last = keys.at(-1) ?? "";
    const holder = keys.at(-2) ?? "";
    if (isImageKey(last))
      found.push(occurrence(`${path}.value`, typeof value === "string" ? value : UNKNOWN));
    else if (isImageKey(holder) && ["registry", "repository", "name", "tag", "digest"].includes(last)) {
      const group = groups.get(keys.slice(0, -1).join(".")) ?? { at: path, parts: {} };
      group.parts[last] = value;
      groups.set(keys.slice(0, -1).join("."), group);
    }
  }
  for (const { at: path, parts } of groups.values())
    found.push({
      path,
      image: composeImage({ ...parts, repository: parts["repository"] ?? parts["name"] }),
      split: {},
    });
  return found;
}

function kustomizeImage(entry: unknown, at: string): ImageOccurrence[] {
  if (!isObject(entry)) return [occurrence(at, UNKNOWN)];
  const { name, newName, newTag, digest } = entry;
  if (newName === undefined && newTag === undefined && digest === undefined) return [];
  const image = composeImage({ repository: newName ?? name, tag: newTag, digest });
  return [{ path: at, image, split: "digest" in entry ? { digest: join(at, "digest") } : {} }];
}

/** A bundle is an image with tasks in it; a name is a task of this cluster, which is checked by itself. */
function tektonRef(value: unknown, at: string): ImageOccurrence[] {
  if (!isObject(value)) return [occurrence(at, UNKNOWN)];
  const { bundle, resolver, params } = value;
  const own =
    bundle === undefined || bundle === null || bundle === ""
      ? []
      : [occurrence(`${at}.bundle`, typeof bundle === "string" ? bundle : UNKNOWN)];
  if (resolver === UNKNOWN) return [...own, occurrence(`${at}.resolver`, UNKNOWN)];
  if (resolver !== "bundles") return own;
  if (!Array.isArray(params)) return [...own, occurrence(at, UNKNOWN)];
  const index = params.findIndex((param: unknown) => isObject(param) && param["name"] === "bundle");
  const image: unknown = (params[index] as { value?: unknown } | undefined)?.value;
  return [
    ...own,
    occurrence(index < 0 ? at : `${at}.params[${index}].value`, typeof image === "string" ? image : UNKNOWN),
  ];
}

function fluxOci({ url, ref }: Record<string, unknown>, at: string): ImageOccurrence[] {
  if (url === undefined) return [];
  const { tag, semver, digest } = isObject(ref) ? ref : {};
  const repository = typeof url === "string" ? url.replace(/^oci:\/\//, "") : UNKNOWN;
  const image =
    ref === UNKNOWN ? UNKNOWN : composeImage({ repository, tag: digest ? tag : (semver ?? tag), digest });
  return [{ path: at, image, split: isObject(ref) && "digest" in ref ? { digest: `${at}.ref.digest` } : {} }];
}
