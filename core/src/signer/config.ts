import { failure } from "./error";
import type { Patience } from "./http";
import { type KeyFile, keyFileSigner } from "./keyFile";
import { keylessSigner } from "./keyless";
import { programSigner } from "./program";
import type { Environment, SecretSource } from "./secret";
import type { Signing } from "./sign";
import type { Signer } from "./signer";
import { readToken } from "./token";

/** Exactly one of key, kms and keyless; log and timestamp as the verifier will ask for them. */
export interface SigningConfig {
  readonly key?: KeyFile;
  readonly kms?: string;
  readonly keyless?: { readonly authority: string; readonly token?: SecretSource };
  readonly log?: { readonly url: string };
  readonly timestamp?: { readonly url: string };
  readonly timeoutSeconds?: number;
}

const text = { type: "string", minLength: 1, maxLength: 2048 };
const url = { type: "string", pattern: "^https?://" };
const secret = {
  description: "Where the secret is found when it is needed.",
  type: "object",
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  properties: { env: text, file: text },
};

/** For a file that says how to sign. No secret has a place in it. */
export const signingSchema: Readonly<Record<string, unknown>> = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "signing",
  description:
    "Who signs: a key file, a key service, or a certificate for an identity token; and who witnesses it.",
  type: "object",
  additionalProperties: false,
  oneOf: [{ required: ["key"] }, { required: ["kms"] }, { required: ["keyless"] }],
  properties: {
    key: {
      type: "object",
      required: ["file", "password"],
      additionalProperties: false,
      properties: { file: text, password: secret },
    },
    kms: {
      description: "NAME://KEY, for a program sigstore-kms-NAME on the PATH.",
      type: "string",
      pattern: "^[a-z0-9][a-z0-9-]*://.+$",
    },
    keyless: {
      type: "object",
      required: ["authority"],
      additionalProperties: false,
      properties: { authority: { ...url, description: "Address of Fulcio." }, token: secret },
    },
    log: {
      description: "A transparency log of Rekor's version 2.",
      type: "object",
      required: ["url"],
      additionalProperties: false,
      properties: { url },
    },
    timestamp: {
      description: "An RFC 3161 timestamp authority; the whole address, with its path.",
      type: "object",
      required: ["url"],
      additionalProperties: false,
      properties: { url },
    },
    timeoutSeconds: {
      description: "For one request.",
      type: "integer",
      minimum: 1,
      maximum: 600,
      default: 30,
    },
  },
};

const PAUSES_MS = [250, 1000];

/**
 * `registry` is host[:port] of what is signed: keys that are confined to others refuse. Nothing is read or asked before
 * something is signed.
 */
export function openSigning(
  config: SigningConfig,
  registry: string | undefined,
  environment: Environment = process.env,
  pausesMs: readonly number[] = PAUSES_MS,
): Signing {
  const patience = { timeoutMs: (config.timeoutSeconds ?? 30) * 1000, pausesMs };
  const signer = openSigner(config, registry, environment, patience);
  return { signer, log: config.log?.url, timestamp: config.timestamp?.url, patience };
}

function openSigner(
  { key, kms, keyless }: SigningConfig,
  registry: string | undefined,
  environment: Environment,
  patience: Patience,
): Signer {
  if (key) return keyFileSigner(key, registry, environment);
  if (kms !== undefined) return programSigner(kms, environment);
  if (keyless) {
    const token = (): Promise<string> => readToken(keyless.token, environment, patience.timeoutMs);
    return keylessSigner(keyless.authority, token, patience);
  }
  throw failure("key-unreadable", "signing", "a key file, a key service or keyless signing", "none of them");
}
