import type { Digest } from "../../image";
import type { Descriptor } from "../content/descriptor";
import type { Manifest } from "../content/manifest";
import type { Manifests, Waiting } from "../manifests";
import type { Place } from "../place";
import { assertFew, type ReferrerLimits } from "./limits";
import { fallbackTag, isTruncated } from "./tag";

export interface TagList {
  readonly referrers: readonly Descriptor[];
  readonly warnings: readonly string[];
}

/** The list that clients keep under a tag where the registry has no referrers API; undefined where there is no tag. */
export async function listByTag(
  manifests: Manifests,
  place: Place,
  subject: Digest,
  waiting: Waiting,
  limits: ReferrerLimits,
): Promise<TagList | undefined> {
  const tag = fallbackTag(subject);
  const found = await manifests.find(place, tag, waiting);
  if (found === undefined) return undefined;
  const { content } = found;
  if (content.kind !== "index") {
    return { referrers: [], warnings: [`${place.name(tag)} is an image, not a list of referrers: ignored.`] };
  }
  assertFew(content.manifests, limits, `referrers of ${place.name(subject)}`);
  if (!isTruncated(subject)) return { referrers: content.manifests, warnings: [] };
  return { referrers: await keepOwn(manifests, place, subject, content.manifests, waiting), warnings: [] };
}

/** A sha512 does not fit into a tag: another image may use the same one, so each entry must name its subject. */
async function keepOwn(
  manifests: Manifests,
  place: Place,
  subject: Digest,
  entries: readonly Descriptor[],
  waiting: Waiting,
): Promise<readonly Descriptor[]> {
  const isOwn = await Promise.all(
    entries.map(async ({ digest }) => {
      const found = await manifests.find(place, digest, waiting);
      return found !== undefined && names(found, subject);
    }),
  );
  return entries.filter((_, index) => isOwn[index]);
}

export function names({ content }: Manifest, subject: Digest): boolean {
  return content.subject?.digest === subject;
}
