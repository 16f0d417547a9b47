import { type ImageReference, isPinned } from "@waybill/core/image";
import type { ImageOccurrence } from "@waybill/core/images";
import { externalAt, type Promotion } from "@waybill/core/promotion";
import type { No } from "../decided";
import { referenceIn } from "../reference";
import type { Resource } from "../resource";
import { type Finding, type Rule, type Run, showImage } from "../rule";
import { mayCome } from "./registry-allowed";

/**
 * K3: what runs was signed, built by whom it must be, and let in by all gates. In preview: would be; in an update the
 * decision is there by now.
 */
export const imageSignedAndDecided: Rule = {
  name: "image-signed-and-decided",
  description: "Every image is signed, and decided upon for the place where it is to run.",
  check: (resource, run) => refusals(resource, run, "image"),
};

/** What the answers about the images of a resource have against it; all of them are asked at the same time. */
export async function refusals(
  { images }: Resource,
  run: Run,
  because: No["because"],
): Promise<readonly Finding[]> {
  const found = await Promise.all(images.map((occurrence) => refusalOf(occurrence, run, because)));
  return found.flatMap((finding) => finding ?? []);
}

async function refusalOf(
  occurrence: ImageOccurrence,
  run: Run,
  because: No["because"],
): Promise<Finding | undefined> {
  const { image, path, guessed } = occurrence;
  const { builds, known } = run.setting;
  // What is unknown is another rule's; what is no digest too, unless that one lets it pass.
  if (typeof image !== "string" || (builds && guessed)) return undefined;
  const pinned = referenceIn(image);
  const { subject, show } = showImage(occurrence, run);
  if (!pinned || !isPinned(pinned)) {
    const theirs = builds || because === "settings" || run.refuses("image-pinned-by-digest");
    return theirs ? undefined : { path, subject, ...UNDECIDABLE };
  }
  if (known && isExternal(pinned, known.promotion, run.now)) return undefined;
  if (known && !mayCome(pinned, known.promotion, run.now)) {
    return because === "settings" || run.refuses("registry-allowed")
      ? undefined
      : { path, subject, ...NOT_ASKED };
  }
  const answer = await run.ask(`${pinned.registry}/${pinned.repository}@${pinned.digest}`);
  if (answer.ok || answer.because !== because) return undefined;
  const { expected, found, next } = answer;
  return {
    path,
    subject,
    expected,
    found: show ? found : "one that is not; the reasons are not shown here, as they may show a secret",
    next,
    ...(builds && run.preview && { unlessBuiltHere: true }),
  };
}

const UNDECIDABLE = {
  expected: "an image that was decided upon",
  found: "a name that says not which one it is",
  next: "Name the image by its digest.",
};

const NOT_ASKED = {
  expected: "an image of a registry that may be asked for signatures",
  found: "one of another registry, to which nothing is sent",
  next: "Take it from a registry that promotion.yaml lists.",
};

/** Repositories of others, by their whole names, until that ends. */
export function isExternal(
  { registry, repository }: ImageReference,
  promotion: Promotion,
  now: Date,
): boolean {
  return externalAt(promotion, now).some((external) => external.repository === `${registry}/${repository}`);
}
