import type { KeyObject } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import fc from "fast-check";
import { toPublicKey } from "@waybill/core/trust";
import { bundleVerdict, FILE, IMAGE, PROVENANCE, SLSA, statement } from "./support/asked";
import { makeKeys } from "./support/certificate";
import { type BundleJson, makeInstance, signFile, signPayload } from "./support/instance";
import { mutate, mutation } from "./support/mutate";

/** The core's own version of the libraries; another one may lie at the root. */
const fromCore = createRequire(join(__dirname, "../../../core/package.json"));
const { bundleFromJSON } = fromCore("@sigstore/bundle") as typeof import("@sigstore/bundle");
const { toSignedEntity, toTrustMaterial, Verifier } = fromCore(
  "@sigstore/verify",
) as typeof import("@sigstore/verify");
const { TrustedRoot } = fromCore("@sigstore/protobuf-specs") as typeof import("@sigstore/protobuf-specs");

const instance = makeInstance();
const keys = makeKeys();
const payload = statement(SLSA, PROVENANCE);
const entries = [
  "hashedrekord 0.0.2",
  "dsse 0.0.1",
  "intoto 0.0.2",
  "dsse 0.0.2",
  "hashedrekord 0.0.1",
] as const;

interface Sample {
  readonly bundle: BundleJson;
  readonly hasKey: boolean;
  readonly isFile: boolean;
}

/** `@sigstore/verify`, asked the same without its policy; for a key neither log nor time is a must. */
function libraryAccepts(bundle: BundleJson, { hasKey }: Sample): boolean {
  const anyKey = (): { publicKey: KeyObject; validFor: () => boolean } => ({
    publicKey: keys.publicKey,
    validFor: () => true,
  });
  const thresholds = hasKey ? { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 } : {};
  try {
    const material = toTrustMaterial(TrustedRoot.fromJSON(instance.root), anyKey);
    new Verifier(material, thresholds).verify(toSignedEntity(bundleFromJSON(bundle), FILE));
    return true;
  } catch {
    return false;
  }
}

function accepts(bundle: BundleJson, { hasKey, isFile }: Sample): boolean {
  const artifact = isFile ? { bytes: FILE } : { digest: IMAGE };
  const signer = hasKey ? { signer: { key: toPublicKey(keys.publicKey) } } : {};
  return bundleVerdict(instance, bundle, { artifact, ...signer }) === "OK";
}

const samples: Sample[] = entries.flatMap((entry) =>
  [{ entry }, { entry, signer: keys }].flatMap((options) => {
    const hasKey = "signer" in options;
    const envelope = { bundle: signPayload(instance, payload, options), hasKey, isFile: false };
    const isForFiles = entry.startsWith("hashedrekord");
    return isForFiles
      ? [envelope, { bundle: signFile(instance, FILE, options), hasKey, isFile: true }]
      : [envelope];
  }),
);

test("both accept what is good", () => {
  for (const sample of samples) {
    expect([accepts(sample.bundle, sample), libraryAccepts(sample.bundle, sample)]).toEqual([true, true]);
  }
});

test("whatever is accepted here, @sigstore/verify accepts too", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
      (sample, mutations) => {
        const spoiled = mutations.reduce<BundleJson>((document, one) => mutate(document, one), sample.bundle);
        return !accepts(spoiled, sample) || libraryAccepts(spoiled, sample);
      },
    ),
    { numRuns: 500, seed: 20261121 },
  );
});
