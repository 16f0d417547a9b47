import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { confinement, describeKey, isConfinedAway, isStrong } from "../evidence";
import { failure } from "./error";
import { type Environment, readSecret, type SecretSource } from "./secret";
import { isSealedKey, openKey, sealKey } from "./sealedKey";
import type { Signature, Signer } from "./signer";

export interface KeyFile {
  readonly file: string;
  readonly password: SecretSource;
}

/** Signs with a key file, which is read and opened when the first signature is asked for. */
export function keyFileSigner(
  { file, password }: KeyFile,
  registry: string | undefined,
  environment: Environment,
): Signer {
  let opened: KeyObject | undefined;
  return {
    sign: (data) => {
      opened ??= openKeyFile(file, readText(file), registry, () =>
        readSecret("password-missing", file, password, environment),
      );
      return Promise.resolve(signWith(opened, data));
    },
  };
}

/** A new key pair: the private half sealed as cosign seals it, so that `cosign sign --key` takes it too. */
export function generateKeyFile(
  password: string,
  onlyFor: readonly string[] = [],
): { readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const mark = onlyFor.length > 0 ? `Waybill-Only-For: ${onlyFor.join(", ")}\n` : "";
  return {
    privatePem: mark + sealKey(privateKey.export({ type: "pkcs8", format: "der" }), password),
    publicPem: mark + publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

/** A key that is confined to some registries signs for no other one: not even its password is asked for. */
export function openKeyFile(
  file: string,
  pem: string,
  registry: string | undefined,
  password: () => string,
): KeyObject {
  const onlyFor = confinement(pem);
  if (isConfinedAway(onlyFor, registry)) {
    const expected = `a registry that the key is for: ${onlyFor?.join(", ") ?? ""}`;
    throw failure("key-confined", file, expected, registry ?? "an unknown one");
  }
  if (!/-----BEGIN ENCRYPTED /.test(pem)) {
    const found = pem.includes("PRIVATE KEY-----") ? "one that is not" : "no private key";
    throw failure(
      found === "no private key" ? "key-invalid" : "key-not-encrypted",
      file,
      "an encrypted private key",
      found,
    );
  }
  const key = isSealedKey(pem) ? openSealed(file, pem, password()) : openPkcs8(file, pem, password());
  if (!isStrong(key)) {
    throw failure(
      "key-invalid",
      file,
      "ECDSA on a NIST curve, Ed25519, or RSA of 2048 bits",
      describeKey(key),
    );
  }
  return key;
}

function signWith(key: KeyObject, data: Buffer): Signature {
  return { bytes: sign(hashFor(key), data, key), publicKey: createPublicKey(key), certificate: undefined };
}

/** As wide as the curve: what cosign expects of a key of its kind. */
function hashFor({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | null {
  if (asymmetricKeyType === "ed25519") return null;
  if (asymmetricKeyDetails?.namedCurve === "secp384r1") return "sha384";
  return asymmetricKeyDetails?.namedCurve === "secp521r1" ? "sha512" : "sha256";
}

function openSealed(file: string, pem: string, password: string): KeyObject {
  const der = openKey(pem, password);
  if (der === "wrong password")
    throw failure("password-wrong", file, "the password of the key file", "another one");
  try {
    if (der !== "malformed") return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  } catch {
    // Falls through: what the library says could quote the content.
  }
  throw failure("key-invalid", file, "a key file as cosign writes it", "one that is damaged");
}

function openPkcs8(file: string, pem: string, passphrase: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, passphrase });
  } catch (error) {
    const wrong = /bad decrypt|wrong|passphrase/i.test((error as Error).message);
    throw wrong
      ? failure("password-wrong", file, "the password of the key file", "another one")
      : failure("key-invalid", file, "an encrypted PKCS#8 key", "one that is damaged");
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw failure(
      "key-unreadable",
      file,
      "a readable key file",
      (error as NodeJS.ErrnoException).code ?? "none",
    );
  }
}
