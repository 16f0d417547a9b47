import { UNKNOWN } from "@waybill/core/images";
import { encryptionOf, isEcrRepository } from "../ecr";
import { notKnownYet, type Rule } from "../rule";

const KNOWN: readonly unknown[] = ["AES256", "KMS", "KMS_DSSE"];

/** K7: how images are encrypted cannot be changed later, so that somebody must have thought of it. */
export const ecrEncryption: Rule = {
  name: "ecr-encryption",
  description: "Every ECR repository says how it encrypts its images.",
  check: (resource, run) => {
    if (!isEcrRepository(resource)) return [];
    const path = "encryptionConfigurations";
    const expected = "an encryptionType: AES256, KMS or KMS_DSSE";
    const found = encryptionOf(resource);
    if (found === UNKNOWN) return [notKnownYet(path, expected, run)];
    return KNOWN.includes(found)
      ? []
      : [{ path, expected, found: "none", next: "Choose one; it stays for good." }];
  },
};
