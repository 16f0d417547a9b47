import { type ResourceValidationPolicy, Secret } from "@pulumi/policy";
import { formatReference, type ImageReference, isPinned } from "@waybill/core/image";
import { findInResource, type ImageOccurrence, keysOf } from "@waybill/core/images";
import { WaybillError } from "@waybill/core/problem";
import type { Promotion } from "@waybill/core/promotion";
import { configSchema, type Options } from "./options";
import { toPlain } from "./plain";
import { referenceIn } from "./reference";
import { type Line, toLine } from "./report";
import type { Resource } from "./resource";
import type { Run } from "./rule";
import { mayCome } from "./rules/registry-allowed";
import type { Known, Setting } from "./setting";
import type { Surroundings } from "./surroundings";

const NAME = "pin-tags";
const DESCRIPTION = "Replaces tags with the digests that they name at this moment.";

interface Answer {
  /** The digest that a tag named when it was asked for; undefined where nobody could say. */
  readonly digest: string | undefined;
  /** Why nobody could. */
  readonly why: string;
}

/** What became of a tag. */
export interface Pinned extends Answer {
  readonly path: string;
  readonly image: string;
}

export interface PinTags {
  /** What was done to a resource, told once. */
  readonly doneTo: (urn: string) => readonly Pinned[];
  readonly policy: ResourceValidationPolicy;
}

/**
 * K8, off unless the user's configuration sets it to "remediate": each tag is asked for once in a run and written as name:tag@digest.
 * What that digest may do is then judged like any other.
 */
export function pinTags(
  { openRegistry, now }: Pick<Surroundings, "openRegistry" | "now">,
  settingFor: (options: Options) => Setting,
): PinTags {
  const asked = new Map<string, Promise<Answer>>();
  const done = new Map<string, readonly Pinned[]>();
  const digestOf = async (reference: ImageReference, known: Known | undefined): Promise<Answer> => {
    if (!known || !mayCome(reference, known.promotion, now())) {
      return { digest: undefined, why: "promotion.yaml does not say that its registry may be asked" };
    }
    try {
      const { digest } = await (await openRegistry()).resolve(reference);
      return { digest, why: "" };
    } catch (error) {
      if (error instanceof WaybillError) return { digest: undefined, why: error.message };
      throw error;
    }
  };
  return {
    doneTo: (urn) => {
      const found = done.get(urn) ?? [];
      done.delete(urn);
      return found;
    },
    policy: {
      name: NAME,
      description: DESCRIPTION,
      enforcementLevel: "disabled",
      configSchema,
      remediateResource: async (args) => {
        const { type, urn, props } = args;
        const { known } = settingFor(args.getConfig<Options>());
        const found = await Promise.all(
          tagged(type, props, known?.promotion).map(async ({ path, reference, image }) => {
            const answer = asked.get(image) ?? digestOf(reference, known);
            asked.set(image, answer);
            return { path, image, ...(await answer) };
          }),
        );
        if (found.length > 0) done.set(urn, found);
        const resolved = found.filter(({ digest }) => digest !== undefined);
        for (const { path, image, digest } of resolved) write(props, path, `${image}@${digest ?? ""}`);
        return resolved.length > 0 ? props : undefined;
      },
    },
  };
}

interface Tagged {
  readonly path: string;
  readonly image: string;
  readonly reference: ImageReference;
}

/** Whole fields with a tag that is written there; secrets and parts of other texts stay as they are, and are refused. */
function tagged(type: string, props: object, promotion: Promotion | undefined): readonly Tagged[] {
  const found: readonly ImageOccurrence[] = findInResource(
    { type, props: toPlain(props) },
    promotion?.imagePaths,
  );
  return found.flatMap(({ path, image, guessed, split, embedded }) => {
    const reference = guessed || split || embedded ? undefined : referenceIn(image);
    if (!reference || isPinned(reference) || !fieldAt(props, path)) return [];
    const named = reference.tag === undefined ? { ...reference, tag: "latest" } : reference;
    return [{ path, image: formatReference(named), reference: named }];
  });
}

/** The field itself, behind the proxies that would hand out a secret without its mark; undefined on the way into a secret. */
function fieldAt(props: object, path: string): { readonly holder: object; readonly key: string } | undefined {
  const keys = keysOf(path).map(String);
  let holder = props;
  for (const key of keys.slice(0, -1)) {
    const value: unknown = Object.getOwnPropertyDescriptor(holder, key)?.value;
    if (typeof value !== "object" || value === null || value instanceof Secret) return undefined;
    holder = value;
  }
  const key = keys.at(-1) ?? "";
  return typeof Object.getOwnPropertyDescriptor(holder, key)?.value === "string"
    ? { holder, key }
    : undefined;
}

function write(props: object, path: string, image: string): void {
  const field = fieldAt(props, path);
  if (field) Object.assign(field.holder, { [field.key]: image });
}

/** Says what was done, since nobody wrote it. */
export function pinnedLine(
  { path, image, digest, why }: Pinned,
  resource: Resource,
  { setting, now, mayShow }: Run,
): Line {
  const rule = { name: NAME, description: DESCRIPTION };
  const shown = mayShow(image) ? JSON.stringify(image) : "a tag";
  const finding =
    digest === undefined
      ? { found: `${shown}, and nobody says what it names: ${why}`, next: "It stays as it is." }
      : {
          found: shown,
          next: `It was replaced with ${digest}, which it names at this moment; write that down.`,
        };
  return toLine(rule, resource, { path, expected: "a digest", ...finding, warns: true }, setting, now);
}
