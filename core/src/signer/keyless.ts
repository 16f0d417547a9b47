import { generateKeyPairSync, type KeyObject, sign, X509Certificate } from "node:crypto";
import { bits, ECDSA_WITH_SHA256, integer, sequence, tlv } from "./der";
import { failure } from "./error";
import { type Patience, post } from "./http";
import type { Signer } from "./signer";

/** A key that lives for one signature, certified for whoever the identity token names. */
export function keylessSigner(authority: string, token: () => Promise<string>, patience: Patience): Signer {
  return {
    sign: async (data) => {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const certificate = await certify(authority, await token(), privateKey, publicKey, patience);
      return { bytes: sign("sha256", data, privateKey), publicKey, certificate };
    },
  };
}

/** Fulcio's API, version 2. The request proves with its own signature that the key is ours. */
async function certify(
  authority: string,
  oidcIdentityToken: string,
  privateKey: KeyObject,
  publicKey: KeyObject,
  patience: Patience,
): Promise<Buffer> {
  const url = new URL("/api/v2/signingCert", authority).href;
  const expected = "a certificate for the identity token";
  const body = JSON.stringify({
    credentials: { oidcIdentityToken },
    certificateSigningRequest: Buffer.from(toRequest(privateKey, publicKey)).toString("base64"),
  });
  const answer = await post({ url, code: "authority-failed", expected, patience }, "application/json", body);
  const certificate = readCertificate(answer);
  if (!certificate?.publicKey.equals(publicKey)) {
    throw failure(
      "authority-failed",
      url,
      "a certificate for the key that was sent",
      certificate ? "one for another key" : "none",
    );
  }
  return certificate.raw;
}

/** PKCS#10 (RFC 2986) without a name: the token says who it is for. */
function toRequest(privateKey: KeyObject, publicKey: KeyObject): string {
  const key = publicKey.export({ type: "spki", format: "der" });
  const info = sequence(integer(0), sequence(), key, tlv(0xa0));
  const request = sequence(info, sequence(ECDSA_WITH_SHA256), bits(sign("sha256", info, privateKey)));
  return `-----BEGIN CERTIFICATE REQUEST-----\n${request.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** With or without a log of certificates behind the authority, the signing certificate is the first of its chain. */
function readCertificate(answer: Buffer): X509Certificate | undefined {
  interface Chain {
    readonly chain?: { readonly certificates?: readonly string[] };
  }
  try {
    const json = JSON.parse(answer.toString()) as {
      readonly signedCertificateEmbeddedSct?: Chain;
      readonly signedCertificateDetachedSct?: Chain;
    };
    const { chain } = json.signedCertificateEmbeddedSct ?? json.signedCertificateDetachedSct ?? {};
    return new X509Certificate(chain?.certificates?.[0] ?? "");
  } catch {
    return undefined;
  }
}
