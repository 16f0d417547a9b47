import { randomBytes, scryptSync } from "node:crypto";
import { open, seal } from "./secretbox";

/** What stands inside a key file of cosign (github.com/secure-systems-lab/go-securesystemslib/encrypted). */
interface SealedKey {
  readonly kdf: { readonly name: string; readonly params: ScryptParameters; readonly salt: string };
  readonly cipher: { readonly name: string; readonly nonce: string };
  readonly ciphertext: string;
}

interface ScryptParameters {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** The one strength that cosign writes, and both that it reads. */
const WRITTEN: ScryptParameters = { N: 65536, r: 8, p: 1 };
const READ = [WRITTEN, { N: 32768, r: 8, p: 1 }];

const LABEL = "ENCRYPTED SIGSTORE PRIVATE KEY";
const BLOCK = /-----BEGIN ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/;

export function isSealedKey(pem: string): boolean {
  return BLOCK.test(pem);
}

/** PKCS#8 DER in, PEM out. */
export function sealKey(pkcs8: Buffer, password: string): string {
  const [salt, nonce] = [randomBytes(32), randomBytes(24)];
  const sealed: SealedKey = {
    kdf: { name: "scrypt", params: WRITTEN, salt: salt.toString("base64") },
    cipher: { name: "nacl/secretbox", nonce: nonce.toString("base64") },
    ciphertext: seal(pkcs8, nonce, derive(password, salt, WRITTEN)).toString("base64"),
  };
  const lines =
    Buffer.from(JSON.stringify(sealed))
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${LABEL}-----\n${lines.join("\n")}\n-----END ${LABEL}-----\n`;
}

/** PKCS#8 DER; "wrong password" where it does not open, "malformed" where it is no such file. */
export function openKey(pem: string, password: string): Buffer | "wrong password" | "malformed" {
  const sealed = readSealed(pem);
  if (!sealed) return "malformed";
  const { kdf, cipher, ciphertext } = sealed;
  const known = READ.find(({ N, r, p }) => kdf.params.N === N && kdf.params.r === r && kdf.params.p === p);
  // Other parameters could ask for more memory than there is.
  if (kdf.name !== "scrypt" || cipher.name !== "nacl/secretbox" || !known) return "malformed";
  const key = derive(password, Buffer.from(kdf.salt, "base64"), known);
  return (
    open(Buffer.from(ciphertext, "base64"), Buffer.from(cipher.nonce, "base64"), key) ?? "wrong password"
  );
}

function readSealed(pem: string): SealedKey | undefined {
  try {
    const sealed = JSON.parse(
      Buffer.from(BLOCK.exec(pem)?.[1] ?? "", "base64").toString(),
    ) as Partial<SealedKey>;
    return sealed.kdf && sealed.cipher && sealed.ciphertext !== undefined ? (sealed as SealedKey) : undefined;
  } catch {
    return undefined;
  }
}

function derive(password: string, salt: Buffer, { N, r, p }: ScryptParameters): Buffer {
  return scryptSync(password, salt, 32, { N, r, p, maxmem: 256 * N * r });
}
