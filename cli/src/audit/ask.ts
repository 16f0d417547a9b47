import type { Answer, Asked } from "@waybill/core/audit";
import { requireEvidence } from "@waybill/core/evidence";
import { ImageError, parsePinned } from "@waybill/core/image";
import { prove } from "@waybill/core/proof";
import { type Registry, RegistryError } from "@waybill/core/registry";
import { PREDICATE_TYPES, type Trust } from "@waybill/core/trust";
import { mapLimited } from "./limit";

/** Whether a decision lets an image run; handed in, since an audit alone knows no service and no environment. */
export type Decided = (image: string) => Promise<Answer>;

const AT_ONCE = 16;

/** Asks about each image once. A registry that does not answer is "unknown", which is never a yes. */
export async function askAll(
  images: readonly string[],
  registry: Registry,
  trust: Trust,
  now: Date,
  decided?: Decided,
): Promise<ReadonlyMap<string, Asked>> {
  const answers = await mapLimited(images, AT_ONCE, async (image) => {
    const signed = await askSigned(image, registry, trust, now);
    return { ...signed, promoted: decided ? await decided(image) : ("not asked" as const) };
  });
  return new Map(
    images.map((image, index) => [image, answers[index] ?? { signed: "unknown", promoted: "unknown" }]),
  );
}

async function askSigned(
  image: string,
  registry: Registry,
  trust: Trust,
  now: Date,
): Promise<Omit<Asked, "promoted">> {
  try {
    const report = await prove(registry, parsePinned(image), { environment: undefined, now }, trust);
    const verdict = requireEvidence(report, { predicate: PREDICATE_TYPES.signature });
    return verdict.ok ? { signed: "yes" } : { signed: "no", reason: verdict.error.message };
  } catch (error) {
    // By its tag alone nothing can be asked; that it is not pinned is said already.
    if (error instanceof ImageError) return { signed: "not asked" };
    if (error instanceof RegistryError && error.code === "not-found")
      return { signed: "no", reason: "the registry does not have it" };
    if (error instanceof RegistryError) return { signed: "unknown", reason: error.message };
    throw error;
  }
}
