import { formatReference, parsePinned, type PinnedReference } from "@waybill/core/image";
import type { Registry } from "@waybill/core/registry";
import {
  addImage,
  bench,
  type MemoryRegistry,
  memoryRegistry,
  withFaults,
  type Fault,
} from "../../support/registry";
import { SIGNATURE, statement, trustOf } from "../evidence/support/asked";
import { type Keys, makeKeys, spki } from "../evidence/support/certificate";
import { type BundleJson, makeInstance, NOON, signPayload, toBytes } from "../evidence/support/instance";
import type { Trust } from "@waybill/core/trust";

export const instance = makeInstance();
export const ours: Keys = makeKeys();
export const later = new Date(NOON.getTime() + 60 * 60_000);

export function pem({ publicKey }: Keys): string {
  return `-----BEGIN PUBLIC KEY-----\n${spki(publicKey).toString("base64")}\n-----END PUBLIC KEY-----\n`;
}

/** Trusts one key to sign for dev and staging, and to attest what is listed. */
export function trusting(keys: Keys, say = ["signature", "provenance"], more: object = {}): Trust {
  const signer = { name: "ci", key: { pem: pem(keys) }, may: [{ say, for: ["dev", "staging"] }] };
  return trustOf({ signers: [signer], ...more });
}

/** A registry in memory with one image, and a client that sees it through the faults. */
export async function withImage(
  referrers: boolean,
  faults: readonly Fault[] = [],
): Promise<{
  registry: Registry;
  image: PinnedReference;
  memory: MemoryRegistry;
  requests: () => readonly string[];
}> {
  const memory = memoryRegistry({ referrers });
  const { digest } = addImage(memory, "team/app", "content", "v1");
  const { registry, app, server } = await bench(withFaults(memory.handler, faults));
  const image = parsePinned(formatReference({ ...app, tag: undefined, digest }));
  return { registry, image, memory, requests: () => server.log };
}

/** A bundle by a bare key, as cosign writes it without a log. */
export function bundleOf(
  { digest }: PinnedReference,
  type = SIGNATURE,
  predicate: unknown = {},
  signer: Keys = ours,
): Buffer {
  const options = { signer, entry: undefined, stampedAt: undefined };
  const bundle: BundleJson = signPayload(instance, statement(type, predicate, digest), options);
  return toBytes(bundle);
}
