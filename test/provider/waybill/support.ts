import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateKeyFile } from "@waybill/core/signer";
import { waybillProvider } from "../../../provider/src/waybill/provider";
import type { Syft } from "../../../provider/src/waybill/syft";
import type { Fault } from "../../support/registry";
import { withImage } from "../../core/proof/support";
import { serve } from "../served";
import type { Values } from "@waybill/provider";

export const folder = mkdtempSync(join(tmpdir(), "waybill-provider-"));
afterAll(() => rmSync(folder, { recursive: true }));

const publicKeys = new Map<string, string>();

/** The public key behind a reference. */
export function publicKeyOf(reference: string): string {
  return publicKeys.get(reference) ?? "";
}

/** Writes a new key and how to sign with it; gives the reference. */
export function writeSigner(name: string): string {
  const { privatePem, publicPem } = generateKeyFile("password");
  writeFileSync(join(folder, `${name}.pem`), privatePem);
  writeFileSync(join(folder, "password"), "password");
  const reference = join(folder, `${name}.yaml`);
  writeFileSync(reference, `key: { file: ${name}.pem, password: { file: password } }\n`);
  publicKeys.set(reference, publicPem);
  return reference;
}

export const signer = writeSigner("ours");
export const now = new Date("2026-06-01T13:00:00Z");

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

export const noSyft: Syft = () => Promise.reject(new Error("syft was not expected"));

/** The provider behind a real port, with a registry in memory that has one image. */
export async function served(
  type: "Attestation" | "Sbom" | "Decision" | "Deployment",
  { api = true, faults = [] as readonly Fault[], syft = noSyft, clock = () => now } = {},
) {
  const { registry, image, memory } = await withImage(api, faults);
  const world = { registry, now: clock, wait: () => Promise.resolve(), environment: {} };
  const provider = waybillProvider("1.2.3", world, syft);
  const calls = await serve(provider, `urn:pulumi:dev::shop::waybill:index:${type}::shop`);
  stops.push(calls.stop);
  const name = `${image.registry}/${image.repository}@${image.digest}`;
  const { manifests } = memory.repository("team/app");
  return { ...calls, registry, image, name, memory, manifests, provider };
}

export function signature(image: string, more: Values = {}): Values {
  return { image, signer, predicateType: "signature", predicate: {}, ...more };
}
