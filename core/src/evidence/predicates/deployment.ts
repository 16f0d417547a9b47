import type { Digest } from "../../image";
import { object, text, time } from "./shapes";

/** What runs, and how one gets back from it to its source. */
export interface ReleasedImage {
  readonly repository: string;
  readonly digest: Digest;
  readonly tag: string;
  readonly commit: string;
  /** Address of the commit's author; null where git did not say. */
  readonly author: string | null;
  readonly dirty: boolean;
  readonly created: string;
  readonly source: string | null;
  readonly run: string;
  readonly base: string | null;
  readonly inputs: Readonly<Record<string, string>>;
}

/** Ours: this image came to run in a place, or left it. */
export interface Deployment {
  readonly service: string;
  readonly environment: string;
  readonly target: string | null;
  /** `removed`: the stack was destroyed. `rebuilt`: it runs again under the decision of before. */
  readonly kind: "built" | "promoted" | "configured" | "rebuilt" | "rolled-back" | "removed";
  /** How many came before it. */
  readonly number: number;
  /** Id of the deployment before it; null for the first. */
  readonly previous: string | null;
  readonly image: ReleasedImage;
  readonly from: { readonly digest: string; readonly tag: string } | null;
  readonly config: string;
  readonly manifests: string;
  /** Plain settings, and secrets by keyed hash, so that a later change of them can be shown. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Id of the decision that let it in; null where images are built. */
  readonly decision: string | null;
  readonly finishedOn: string;
  /** Who asked for it, as CI or the command knows; null where nobody said. */
  readonly by: string | null;
  /** The change record or incident that it belongs to. */
  readonly change: string | null;
}

const digest = { type: "string", pattern: "^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$" };
const hash = { type: "string", pattern: "^sha256:[0-9a-f]{64}$" };
const orNull = (schema: object): object => ({ anyOf: [schema, { type: "null" }] });
const optional = { type: ["string", "null"] };

export const releasedImageSchema = {
  description: "What runs, read back from the finished workload; null while waiting for a first image.",
  type: ["object", "null"],
  required: [
    "repository",
    "digest",
    "tag",
    "commit",
    "author",
    "dirty",
    "created",
    "source",
    "run",
    "base",
    "inputs",
  ],
  additionalProperties: false,
  properties: {
    repository: { description: "Registry and repository.", ...text },
    digest,
    tag: { description: "For people only; nothing reads it back.", ...text },
    commit: { type: "string", pattern: "^[0-9a-f]{40}([0-9a-f]{24})?$" },
    author: { description: "Address of the commit's author; null where git did not say.", ...optional },
    dirty: { description: "True if the work tree held more than the commit.", type: "boolean" },
    created: { description: "Time of the commit.", ...text },
    source: { description: "Web address of the repository.", ...optional },
    run: { description: "The CI run that built it first.", ...text },
    base: { description: "The base image by digest; null for scratch.", ...optional },
    inputs: {
      description: "Each image that the Dockerfile names, by digest.",
      type: "object",
      additionalProperties: text,
    },
  },
};

export const deploymentSchema = object(
  [
    "service",
    "environment",
    "target",
    "kind",
    "number",
    "previous",
    "image",
    "from",
    "config",
    "manifests",
    "settings",
    "secrets",
    "decision",
    "finishedOn",
    "by",
    "change",
  ],
  {
    service: text,
    environment: text,
    target: optional,
    kind: { enum: ["built", "promoted", "configured", "rebuilt", "rolled-back", "removed"] },
    number: { type: "integer", minimum: 0 },
    previous: orNull(hash),
    image: { ...releasedImageSchema, type: "object" },
    from: orNull(object(["digest", "tag"], { digest, tag: text })),
    config: hash,
    manifests: hash,
    settings: { type: "object" },
    secrets: { type: "object", additionalProperties: text },
    decision: orNull(hash),
    finishedOn: time,
    by: optional,
    change: optional,
  },
);
