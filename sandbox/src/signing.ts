import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { CLONE } from "./clone";
import type { Place } from "./place";

export const KEYS = path.join(CLONE, "sandbox/keys");
export const PASSWORD = path.join(KEYS, "password");

/** The sandbox itself signs what it builds; the others are its people, who review and approve. */
export const SIGNERS = ["sandbox", "alice", "bob", "sam"] as const;
export type SandboxSigner = (typeof SIGNERS)[number];

/** What `--signer` and `waybill:signer` take. */
export const signingFile = ({ signing }: Place, signer: SandboxSigner): string =>
  path.join(signing, `${signer}.yaml`);

/** What a signing file names: an RFC 3161 authority, with the whole path. */
export const timestampUrl = ({ timestampPort }: Place): string =>
  `http://127.0.0.1:${timestampPort}/api/v1/timestamp`;

/** Each sandbox has a timestamp authority on a port of its own, so that it needs signing files of its own. */
export function writeSigningFiles(place: Place): void {
  mkdirSync(place.signing, { recursive: true, mode: 0o700 });
  for (const signer of SIGNERS) {
    const key = { file: path.join(KEYS, `${signer}.key`), password: { file: PASSWORD } };
    writeFileSync(
      signingFile(place, signer),
      stringify({ key, timestamp: { url: timestampUrl(place) } }, { lineWidth: 0 }),
    );
  }
}
