import { ImageError, quote } from "./error";

declare const digestBrand: unique symbol;

/** `sha256:` or `sha512:` and exactly its lower-case hex. Only `parseDigest` makes one. */
export type Digest = string & { readonly [digestBrand]: true };

export type DigestAlgorithm = "sha256" | "sha512";

const HEX_LENGTH: Readonly<Record<DigestAlgorithm, number>> = { sha256: 64, sha512: 128 };

/** OCI image-spec, "Digests": the registered algorithms, without the ones that Waybill does not take. */
export function parseDigest(text: string): Digest {
  const [algorithm, hex, ...rest] = text.split(":");
  if (!isAlgorithm(algorithm)) {
    throw new ImageError("unsupported-digest", {
      about: `digest ${quote(text)}`,
      expected: "sha256:… or sha512:… in lower case",
      found:
        algorithm === "" || hex === undefined ? "no algorithm" : `the algorithm ${quote(algorithm ?? "")}`,
      next: "Use the digest that the registry or the build reports, whole.",
    });
  }
  const length = HEX_LENGTH[algorithm];
  if (hex?.length !== length || rest.length > 0 || !/^[0-9a-f]*$/.test(hex)) {
    throw new ImageError("bad-digest", {
      about: `digest ${quote(text)}`,
      expected: `${algorithm}: and ${length} lower-case hex digits`,
      found: hex?.length === length ? "other characters" : `${text.length - algorithm.length - 1} characters`,
      next: "Use the digest that the registry or the build reports, whole.",
    });
  }
  return text as Digest;
}

export function splitDigest(digest: Digest): { readonly algorithm: DigestAlgorithm; readonly hex: string } {
  const [algorithm, hex] = digest.split(":") as [DigestAlgorithm, string];
  return { algorithm, hex };
}

function isAlgorithm(text: string | undefined): text is DigestAlgorithm {
  return text === "sha256" || text === "sha512";
}
