import { writeReferrer } from "@waybill/core/evidence";
import { parseDigest, type PinnedReference } from "@waybill/core/image";
import type { Descriptor } from "@waybill/core/registry";
import { PREDICATE_TYPES, type Trust } from "@waybill/core/trust";
import { addImage, addManifest, type MemoryRegistry, memoryRegistry } from "../../support/registry";
import { PROVENANCE, SIGNATURE, SLSA, statement, trustIn } from "../evidence/support/asked";
import { makeInstance, NOON, type SignOptions, signPayload, toBytes } from "../evidence/support/instance";

export const REPOSITORY = "team/app";
export const instance = makeInstance();

/** The instance's usual identity may say these for dev. */
export const SAYS = ["signature", "provenance", "spdx", "block", "revocation"];

export function trust(more: object = {}, signer: object = {}): Trust {
  return trustIn(instance.root, { may: [{ say: SAYS, for: ["dev"] }], ...signer }, more);
}

export const SPDX = {
  spdxVersion: "SPDX-2.3",
  SPDXID: "SPDXRef-DOCUMENT",
  name: "app",
  documentNamespace: "https://ci.example/app",
  creationInfo: { created: "2026-06-01T12:00:00Z", creators: ["Tool: test"] },
};

/** A registry with one image, and a way to hang evidence onto it as cosign does. */
export interface Shelf {
  readonly memory: MemoryRegistry;
  readonly subject: Descriptor;
  attach(type: string, predicate: object, options?: SignOptions, attachedAt?: Date): Descriptor;
  attachBytes(bundle: Buffer, type?: string, attachedAt?: Date): Descriptor;
  at(host: string): PinnedReference;
}

export function shelf(memory = memoryRegistry()): Shelf {
  const subject = addImage(memory, REPOSITORY, "content", "v1");
  const attachBytes = (bundle: Buffer, type = "unknown", attachedAt = NOON): Descriptor => {
    const { manifest, blobs } = writeReferrer(subject, bundle, type, attachedAt);
    blobs.forEach(({ digest, bytes }) => memory.repository(REPOSITORY).blobs.set(digest, bytes));
    return addManifest(memory, REPOSITORY, manifest.bytes.toString());
  };
  return {
    memory,
    subject,
    attachBytes,
    attach: (type, predicate, options = {}, attachedAt = NOON) =>
      attachBytes(
        toBytes(signPayload(instance, statement(type, predicate, subject.digest), options)),
        type,
        attachedAt,
      ),
    at: (host) => ({
      registry: host,
      repository: REPOSITORY,
      tag: undefined,
      digest: parseDigest(subject.digest),
    }),
  };
}

/** An image that is signed and has provenance. */
export function provenShelf(memory?: MemoryRegistry): Shelf {
  const made = shelf(memory);
  made.attach(SIGNATURE, {});
  made.attach(SLSA, PROVENANCE, {}, new Date(NOON.getTime() + 1000));
  return made;
}

export const inquiry = {
  environment: "dev",
  predicates: [PREDICATE_TYPES.signature],
  now: new Date(NOON.getTime() + 60 * 60_000),
};

export { NOON, SIGNATURE, SLSA, PROVENANCE };
