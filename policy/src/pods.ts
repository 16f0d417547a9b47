import { type ImageOccurrence, UNKNOWN } from "@waybill/core/images";
import { isObject, valueAt } from "./plain";

/** A pod spec in a resource, with the images that were found in it. */
export interface Pod {
  /** Where its spec is. */
  readonly path: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly metadata: unknown;
  readonly containers: readonly Container[];
  readonly images: readonly ImageOccurrence[];
  /** It is to run for ever: a job's pods may not be restarted always. */
  readonly longRunning: boolean;
}

export interface Container {
  readonly path: string;
  readonly kind: (typeof KINDS)[number];
  readonly name: unknown;
  readonly value: Readonly<Record<string, unknown>>;
}

const KINDS = ["containers", "initContainers", "ephemeralContainers"] as const;
const IN_POD = new RegExp(`^(?<path>(?:.*\\.)?spec)\\.(?:${KINDS.join("|")})\\[\\d+\\]`);

/** Only what surely is one: the template of a workload, and a Pod itself. Operators have other ideas of what they fill in. */
export function podsIn(type: string, props: unknown, images: readonly ImageOccurrence[]): readonly Pod[] {
  if (!type.startsWith("kubernetes:")) return [];
  const inPod = images.flatMap((image) => {
    const path = image.guessed ? undefined : IN_POD.exec(image.path)?.groups?.["path"];
    return path === undefined ? [] : [{ path, image }];
  });
  return [...new Set(inPod.map(({ path }) => path))].flatMap((path) => {
    const holder = valueAt(props, path.replace(/\.?spec$/, ""));
    if (!isObject(holder) || !isPod(type, path, holder)) return [];
    const { spec, metadata } = holder;
    const own = inPod.filter((one) => one.path === path).map(({ image }) => image);
    return isObject(spec) ? [toPod(path, spec, metadata, own)] : [];
  });
}

function isPod(type: string, path: string, holder: Readonly<Record<string, unknown>>): boolean {
  const isTemplate = /(?:^|\.)template\.spec$/.test(path);
  return isTemplate || holder["kind"] === "Pod" || (path === "spec" && /:Pod(?:Patch)?$/.test(type));
}

function toPod(
  path: string,
  spec: Readonly<Record<string, unknown>>,
  metadata: unknown,
  images: readonly ImageOccurrence[],
): Pod {
  const containers = KINDS.flatMap((kind) => {
    const list = spec[kind];
    return (Array.isArray(list) ? list : []).flatMap((value: unknown, index) =>
      isObject(value) ? [{ kind, path: `${path}.${kind}[${index}]`, name: value["name"], value }] : [],
    );
  });
  const { restartPolicy = "Always" } = spec;
  const longRunning = restartPolicy === "Always" || restartPolicy === UNKNOWN;
  return { path, spec, metadata, containers, images, longRunning };
}
