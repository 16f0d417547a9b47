import * as pulumi from "@pulumi/pulumi";

interface EvidenceArgs {
  /** What it is about, as repository@sha256:… */
  readonly image: pulumi.Input<string>;
  /**
   * Who signs: a file that says how, or NAME://KEY of a key service; relative to the folder of Pulumi.yaml. A reference, never
   * a key: it stands in the state.
   */
  readonly signer: pulumi.Input<string>;
}

export interface AttestationArgs extends EvidenceArgs {
  /** Type URI or short name: signature, provenance, test-result, vulns… */
  readonly predicateType: pulumi.Input<string>;
  /** What is said. Everybody who may pull the image may read it. */
  readonly predicate: pulumi.Input<object>;
}

export interface SbomArgs extends EvidenceArgs {
  /** `spdx-json` if left out. */
  readonly format?: pulumi.Input<"spdx-json" | "cyclonedx-json">;
  /** Which one of an image for several platforms, such as linux/arm64. */
  readonly platform?: pulumi.Input<string>;
}

/** A signed statement that is attached to an image in its registry. It is made again if it disappears, and never deleted. */
abstract class Evidence extends pulumi.CustomResource {
  /** The image, once the evidence is attached to it. */
  declare readonly image: pulumi.Output<string>;
  /** Hash of what was signed. */
  declare readonly evidence: pulumi.Output<string>;
  /** Digest of the manifest that attaches it. */
  declare readonly referrer: pulumi.Output<string>;
  /** Fingerprint of the key, or the identity in the certificate. */
  declare readonly signedBy: pulumi.Output<string>;
  /** When a timestamp authority or log saw it. */
  declare readonly time: pulumi.Output<string | undefined>;

  constructor(type: string, name: string, args: EvidenceArgs, options?: pulumi.CustomResourceOptions) {
    const computed = { evidence: undefined, referrer: undefined, signedBy: undefined, time: undefined };
    super(type, name, { ...args, ...computed }, { version: "0.1.0", ...options });
  }
}

/** Says something about an image. A signature is an attestation that says nothing but that it signs. */
export class Attestation extends Evidence {
  constructor(name: string, args: AttestationArgs, options?: pulumi.CustomResourceOptions) {
    super("waybill:index:Attestation", name, args, options);
  }
}

/** Says what is in an image, as syft finds it. */
export class Sbom extends Evidence {
  constructor(name: string, args: SbomArgs, options?: pulumi.CustomResourceOptions) {
    super("waybill:index:Sbom", name, args, options);
  }
}
