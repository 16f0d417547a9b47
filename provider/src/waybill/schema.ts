const text = (description: string): object => ({ type: "string", description });

const inputs = {
  image: text("The image, as repository@sha256:…"),
  signer: text("Who signs: a file that says how, or NAME://KEY of a key service. Never a key."),
};

const outputs = {
  evidence: text("Hash of what was signed."),
  referrer: text("Digest of the manifest that attaches it to the image."),
  signedBy: text("Fingerprint of the key, or the identity in the certificate."),
  time: text("When a timestamp authority or log saw it; absent where nobody did."),
};

const attestation = {
  predicateType: text("Type URI of the predicate, or its short name."),
  predicate: {
    type: "object",
    additionalProperties: { $ref: "pulumi.json#/Any" },
    description: "What is said about the image. Public.",
  },
};

const sbom = {
  format: text("spdx-json (the default) or cyclonedx-json."),
  platform: text("Which platform of an image for several, such as linux/arm64."),
};

/** https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/ */
export function schema(version: string): object {
  return {
    name: "waybill",
    version,
    description: "Signed evidence about container images, attached to their digest in the registry.",
    resources: {
      "waybill:index:Attestation": resource("A signed statement about an image.", attestation, [
        "predicateType",
        "predicate",
      ]),
      "waybill:index:Sbom": resource("What is in an image, signed.", sbom, []),
    },
  };
}

function resource(description: string, own: object, required: readonly string[]): object {
  const requiredInputs = ["image", "signer", ...required];
  return {
    description,
    inputProperties: { ...inputs, ...own },
    requiredInputs,
    properties: { ...inputs, ...own, ...outputs },
    required: [...requiredInputs, "evidence", "referrer", "signedBy"],
  };
}
