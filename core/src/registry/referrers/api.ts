import { type Digest, quote } from "../../image";
import { type Descriptor, malformed } from "../content/descriptor";
import { LARGEST_MANIFEST_BYTES, parseManifest } from "../content/manifest";
import { mediaTypeOf, OCI_INDEX } from "../content/media-types";
import type { Place } from "../place";
import type { Answer } from "../transport/answer";
import { readCapped } from "../transport/body";
import type { Call, Transport } from "../transport/transport";
import { assertFew, type ReferrerLimits } from "./limits";

export interface ReferrersQuery {
  readonly artifactType?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Page {
  readonly referrers: readonly Descriptor[];
  readonly next: URL | undefined;
}

/** What registries answer that do not know the API: never a 401, a 403 or a 5xx, which say nothing about it. */
const NOT_THERE = [400, 404, 405];

/** The referrers API, all pages of it; undefined where the registry does not have it. */
export async function listByApi(
  transport: Transport,
  place: Place,
  subject: Digest,
  { artifactType, signal }: ReferrersQuery,
  limits: ReferrerLimits,
): Promise<readonly Descriptor[] | undefined> {
  const about = `referrers of ${place.name(subject)}`;
  const first = place.url(`referrers/${subject}`);
  if (artifactType !== undefined) first.searchParams.set("artifactType", artifactType);
  const found: Descriptor[] = [];
  const seen = new Set<string>();
  for (let url: URL | undefined = first; url !== undefined;) {
    seen.add(url.href);
    const page = await fetchPage(transport, toCall(place, url, about, signal, seen.size === 1));
    if (page === undefined) {
      if (seen.size === 1) return undefined;
      throw malformed(about, `page ${seen.size} as an index`, "something else");
    }
    found.push(...page.referrers);
    assertFew(found, limits, about);
    url = page.next;
    if (url !== undefined && (seen.has(url.href) || seen.size >= limits.pages)) {
      throw malformed(about, `at most ${limits.pages} different pages`, "more, or the same one again");
    }
  }
  return found;
}

function toCall(
  place: Place,
  url: URL,
  about: string,
  signal: AbortSignal | undefined,
  first: boolean,
): Call {
  return {
    about,
    method: "GET",
    url,
    headers: { accept: OCI_INDEX },
    expect: first ? [200, ...NOT_THERE] : [200],
    access: place.access("pull"),
    signal,
  };
}

function fetchPage(transport: Transport, call: Call): Promise<Page | undefined> {
  return transport.send(call, async (answer) => {
    // A page for people with status 200 is as good as a 404.
    if (answer.status !== 200 || mediaTypeOf(answer.header("content-type")) !== OCI_INDEX) return undefined;
    const { content } = parseManifest(
      await readCapped(answer, LARGEST_MANIFEST_BYTES),
      OCI_INDEX,
      call.about,
    );
    return { referrers: content.kind === "index" ? content.manifests : [], next: nextPage(answer, call.url) };
  });
}

/** RFC 8288. The next page lies in the same repository, or somebody wants to lead us away. */
function nextPage(answer: Answer, page: URL): URL | undefined {
  const [next] = answer
    .headers("link")
    .flatMap((header) => [...header.matchAll(/<([^<>]*)>([^<>]*)/g)])
    .filter(([, , parameters = ""]) => /;\s*rel\s*=\s*"?next"?\s*(?:[;,]|$)/i.test(parameters));
  if (next === undefined) return undefined;
  const target = URL.parse(next[1] ?? "", page.href);
  const repository = page.pathname.replace(/referrers\/.*$/, "");
  if (target?.origin !== page.origin || !target.pathname.startsWith(repository)) {
    throw malformed(answer.about, "a Link to the next page in the same repository", quote(next[0]));
  }
  return target;
}
