import { bundleToJSON, toDSSEBundle } from "@sigstore/bundle";
import { parseBundle, PAYLOAD_TYPE, toEnvelope, toPublicKey, verifiesWith } from "../evidence";
import { failure } from "./error";
import type { Patience } from "./http";
import { enterIntoLog } from "./log";
import type { Signature, Signer } from "./signer";
import { requestTimestamp } from "./timestamp";

/** Who signs, and who witnesses it. All of them are asked only when something is signed. */
export interface Signing {
  readonly signer: Signer;
  /** Address of a Rekor v2 log. */
  readonly log: string | undefined;
  /** Address of a timestamp authority. */
  readonly timestamp: string | undefined;
  readonly patience: Patience;
}

/** Signs a statement and gives the bundle, version 0.3, that is attached to the image. */
export async function signStatement(statement: Buffer, signing: Signing): Promise<Buffer> {
  const { signed } = toEnvelope(PAYLOAD_TYPE, statement);
  const signature = await signing.signer.sign(signed);
  const { log, timestamp, patience } = signing;
  const [entry, token] = await Promise.all([
    log === undefined ? undefined : enterIntoLog(log, signed, signature, patience),
    timestamp === undefined ? undefined : requestTimestamp(timestamp, signature.bytes, patience),
  ]);
  const tlogEntries = entry ? [entry] : [];
  const rfc3161Timestamps = token ? [{ signedTimestamp: token }] : [];
  const bytes = writeBundle(statement, signature, {
    tlogEntries,
    timestampVerificationData: { rfc3161Timestamps },
  });
  assertVerifies(bytes, signature);
  return bytes;
}

type Bundle = ReturnType<typeof toDSSEBundle>;

function writeBundle(
  statement: Buffer,
  { bytes, publicKey, certificate }: Signature,
  witnessed: Pick<Bundle["verificationMaterial"], "timestampVerificationData"> & {
    readonly tlogEntries: readonly unknown[];
  },
): Buffer {
  const bundle = toDSSEBundle({
    artifact: statement,
    artifactType: PAYLOAD_TYPE,
    signature: bytes,
    ...(certificate ? { certificate } : { keyHint: toPublicKey(publicKey).fingerprint }),
  });
  Object.assign(bundle.verificationMaterial, witnessed);
  // The library repeats the hint as key id, which nobody signs, and with which cosign finds no signature.
  return Buffer.from(
    JSON.stringify(bundleToJSON(bundle), (key, value: unknown) => (key === "keyid" ? undefined : value)),
  );
}

/** A key service may answer with anything: nothing leaves here that does not verify with the key it came with. */
function assertVerifies(bundle: Buffer, { publicKey }: Signature): void {
  if (verifiesWith(parseBundle("new signature", bundle), publicKey)) return;
  throw failure(
    "self-check-failed",
    "new signature",
    "one that verifies with the signer's own key",
    "one that does not",
  );
}
