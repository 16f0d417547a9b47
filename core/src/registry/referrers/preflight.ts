import type { Digest } from "../../image";
import { OCI_INDEX } from "../content/media-types";
import { digestOf } from "../content/verify";
import { type Manifests, toManifest, type Waiting } from "../manifests";
import type { Place } from "../place";
import type { Manifest } from "../content/manifest";
import type { Referrers } from "./referrers";

const PROBE_TAG = "waybill-preflight";
const NOBODY: Digest = digestOf(new Uint8Array());

/** How attachments will be listed in a repository. */
export interface Preflight {
  readonly via: "api" | "tag";
}

/**
 * Finds out before any work whether attachments can be listed: by the registry's own API, or under a tag that can be
 * written twice. Without the API it leaves the tag `waybill-preflight` behind. Fails with `immutable-tag` where a
 * second write is refused.
 */
export async function preflight(
  referrers: Referrers,
  manifests: Manifests,
  place: Place,
  waiting: Waiting,
): Promise<Preflight> {
  if (await referrers.hasApi(place, NOBODY, waiting)) return { via: "api" };
  const [one, other] = [probe("1"), probe("2")];
  const found = await manifests.find(place, PROBE_TAG, waiting);
  if (found === undefined) {
    await manifests.put(place, one, PROBE_TAG, waiting);
    // Registries may know nothing of a repository before something is in it.
    if (await referrers.hasApi(place, NOBODY, waiting)) return { via: "api" };
  }
  // An immutable tag may be written again with what it has: only other content tells.
  const changed = found?.digest === other.digest ? one : other;
  await manifests.put(place, changed, PROBE_TAG, waiting);
  return { via: "tag" };
}

function probe(content: string): Manifest {
  const index = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [],
    annotations: { "dev.waybill.preflight": content },
  };
  return toManifest({ bytes: Buffer.from(JSON.stringify(index)) }, "preflight");
}
