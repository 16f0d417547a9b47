import type { Digest } from "../../image";
import type { Descriptor } from "../content/descriptor";
import { malformed } from "../content/descriptor";
import type { Manifest } from "../content/manifest";
import type { Manifests, Waiting } from "../manifests";
import type { Place } from "../place";
import type { Transport } from "../transport/transport";
import { listByApi, type ReferrersQuery } from "./api";
import { listByTag, names, type TagList } from "./fallback";
import type { ReferrerLimits } from "./limits";

/** What points at a digest, and how that was learned. */
export interface ReferrerList {
  readonly via: "api" | "tag";
  readonly referrers: readonly Descriptor[];
  /** What was ignored, and why. */
  readonly warnings: readonly string[];
}

export class Referrers {
  /**
   * Repositories whose lists stand under tags. Not whole hosts, and not after a 404 alone: registries answer 404 for
   * some repositories and for those that are yet to come, and a wrong "no" would hide evidence.
   */
  private readonly withoutApi = new Set<string>();

  constructor(
    private readonly transport: Transport,
    private readonly manifests: Manifests,
    private readonly limits: ReferrerLimits,
  ) {}

  async list(place: Place, subject: Digest, query: ReferrersQuery): Promise<ReferrerList> {
    const byApi = await this.askApi(place, subject, query);
    const list =
      byApi === undefined ? await this.readTag(place, subject, query) : { referrers: byApi, warnings: [] };
    // Registries may ignore the filter (then OCI-Filters-Applied is missing), and a tag knows none: filter always.
    const { artifactType } = query;
    const wanted = list.referrers.filter(
      (one) => artifactType === undefined || one.artifactType === artifactType,
    );
    const unique = new Map(wanted.map((one) => [one.digest, one]));
    return {
      via: byApi === undefined ? "tag" : "api",
      referrers: [...unique.values()],
      warnings: list.warnings,
    };
  }

  /** A referrer's manifest. Lists can be wrong, so the manifest itself must name the subject. */
  async get(place: Place, subject: Digest, referrer: Descriptor, waiting: Waiting): Promise<Manifest> {
    const manifest = await this.manifests.get(place, referrer.digest, waiting);
    if (!names(manifest, subject)) {
      const found = manifest.content.subject?.digest ?? "no subject";
      throw malformed(`referrer ${place.name(referrer.digest)}`, `the subject ${subject}`, found);
    }
    return manifest;
  }

  async hasApi(place: Place, subject: Digest, { signal }: Waiting): Promise<boolean> {
    return (await this.askApi(place, subject, { signal })) !== undefined;
  }

  private async askApi(
    place: Place,
    subject: Digest,
    query: ReferrersQuery,
  ): Promise<readonly Descriptor[] | undefined> {
    if (this.withoutApi.has(place.name())) return undefined;
    return listByApi(this.transport, place, subject, query, this.limits);
  }

  private async readTag(place: Place, subject: Digest, { signal }: Waiting): Promise<TagList> {
    const list = await listByTag(this.manifests, place, subject, { signal }, this.limits);
    if (list === undefined) return { referrers: [], warnings: [] };
    this.withoutApi.add(place.name());
    return list;
  }
}
