import { matchExpression } from "./cel";
import type { Guard } from "./guard";
import { inRegistries, PINNED, type ReferencePattern } from "./references";

export const NEXT_DIGEST = "Write each image as host[:port]/repository@sha256:….";

export const isPinned = (image: string): string =>
  matchExpression(image, { named: PINNED, short: undefined });

/** Both at once: for fields of which there are many. */
export function fitting({ registries, external }: Guard): ReferencePattern {
  return registries === undefined
    ? { named: PINNED, short: undefined }
    : inRegistries(registries, external, { pinned: true });
}

/** True where any registry will do. */
export function isAllowed(image: string, { registries, external }: Guard): string {
  return registries === undefined
    ? "true"
    : matchExpression(image, inRegistries(registries, external, { pinned: false }));
}

export const allowedText = ({ registries = [] }: Guard): string =>
  `images of the allowed registries (${registries.slice(0, 5).join(", ")}${registries.length > 5 ? ", …" : ""})`;

export const NEXT_REGISTRY = "Copy the image there, or have the registry added to promotion.yaml.";
