import { splitDigest } from "@waybill/core/image";
import { UNKNOWN } from "@waybill/core/images";
import { isMissing, pick } from "../pick";
import type { Pod } from "../pods";
import { referenceIn } from "../reference";
import { type Finding, notKnownYet, type Rule, type Run } from "../rule";
import { isExternal } from "./image-signed-and-decided";

const COMMIT = "waybill.dev/commit";
const DIGEST = "waybill.dev/digest";
/** A label holds 63 characters and no colon. */
const LENGTH = 32;

/** K6, O3: whoever looks at a pod sees which commit and digest it runs. Images of others have no commit of ours. */
export const workloadProvenanceLabels: Rule = {
  name: "workload-provenance-labels",
  description: "Every pod names the commit and the digest that it runs, as labels.",
  outsideDev: true,
  check: ({ pods, isPatch }, run) => (isPatch ? [] : pods.flatMap((pod) => inPod(pod, run))),
};

function inPod({ path, metadata, images }: Pod, run: Run): readonly Finding[] {
  const { known } = run.setting;
  const own = images
    .map(({ image }) => referenceIn(image))
    .filter((image) => !image || !known || !isExternal(image, known.promotion, run.now));
  if (own.length === 0) return [];
  const at = `${path.replace(/\.?spec$/, "")}.metadata.labels`.replace(/^\./, "");
  const expected = `the labels ${COMMIT}, and ${DIGEST} with the first ${LENGTH} hex digits of the digest that it runs`;
  const [commit, digest] = [COMMIT, DIGEST].map((label) => pick(metadata, "labels", label));
  if (commit === UNKNOWN || digest === UNKNOWN) return [notKnownYet(at, expected, run)];
  const missing = [isMissing(commit) ? COMMIT : [], isMissing(digest) ? DIGEST : []].flat();
  const next = "Label the pods, as the Workload of @waybill/components does.";
  if (missing.length > 0) return [{ path: at, expected, found: `no ${missing.join(", no ")}`, next }];
  const digests = own.flatMap((image) =>
    image?.digest === undefined ? [] : splitDigest(image.digest).hex.slice(0, LENGTH),
  );
  if (digests.includes(String(digest)) || digests.length === 0) return [];
  return [{ path: at, expected, found: `the ${DIGEST} of another image`, next }];
}
