import type { Digest } from "../image";
import type { Finding } from "./judge";
import type { Edit } from "./edit";

/** What can be pinned in place, and what a person has to do. */
export interface FixPlan {
  readonly edits: ReadonlyMap<string, readonly Edit[]>;
  readonly byHand: readonly { readonly finding: Finding; readonly why: string }[];
}

/** Only a tag can be asked for; whatever else is wrong with an image, a digest does not mend it. */
export function isFixable({ code, mention }: Finding): boolean {
  return code === "not-pinned" && !mention;
}

/** `resolved` answers the digest of an image, or why there is none. */
export function planFix(
  findings: readonly Finding[],
  resolved: (image: string) => { readonly digest: Digest } | { readonly why: string },
): FixPlan {
  const edits = new Map<string, Edit[]>();
  const byHand: { finding: Finding; why: string }[] = [];
  for (const finding of findings) {
    const answer = resolved(finding.image ?? "");
    const why = "why" in answer ? answer.why : add(edits, finding, answer.digest);
    if (why !== undefined) byHand.push({ finding, why });
  }
  return { edits, byHand };
}

function add(edits: Map<string, Edit[]>, { file, place }: Finding, digest: Digest): string | undefined {
  if (!place) return `there is no field for its digest, which is ${digest}`;
  const own = edits.get(file) ?? [];
  const other = own.find((edit) => edit.place.start === place.start);
  if (other)
    return other.digest === digest
      ? undefined
      : `several images are made out of this text; the one here is ${digest}`;
  edits.set(file, [...own, { place, digest }]);
  return undefined;
}
