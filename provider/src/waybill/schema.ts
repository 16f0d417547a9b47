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

const any = (description: string): object => ({
  type: "object",
  additionalProperties: { $ref: "pulumi.json#/Any" },
  description,
});

const place = {
  service: text("What is promoted."),
  environment: text("Where it is to run."),
  target: text("Which target of the environment; left out where it has one without a name."),
  config: text("Hash of the settings and secrets that go with it."),
  after: text("Id of the deployment that it follows; left out before the first."),
  trust: text("The trust policy as JSON, with every file that it names inside it: whose records count."),
};
const placeRequired = ["service", "environment", "config", "trust"];

const decision = {
  ...place,
  basis: any("What it rests on, as the planner gives it. A change of it alone decides nothing anew."),
};

const deployment = {
  ...place,
  running: text("The digest that the finished workload says it runs."),
  released: any("What runs, and how one gets back from it to its source."),
  kind: text("built, promoted, configured, rebuilt or rolled-back."),
  manifests: text("Hash of the manifests that it runs with."),
  settings: any("Plain settings."),
  secrets: any("Secrets, by keyed hash."),
  decision: text("Id of the decision that let it in; left out where images are built."),
  tag: text("A tag to put on the digest, for people; nothing reads it back."),
  by: text("Who asked for it."),
  change: text("The change record or incident that it belongs to."),
  offline: text("A file of exported evidence, for when the registry does not answer."),
};

/** https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/ */
export function schema(version: string): object {
  return {
    name: "waybill",
    version,
    description: "Signed evidence about container images, attached to their digest in the registry.",
    resources: {
      "waybill:index:Attestation": resource("A signed statement about an image.", {
        own: attestation,
        required: ["predicateType", "predicate"],
        outputs,
        always: ["evidence", "referrer", "signedBy"],
      }),
      "waybill:index:Sbom": resource("What is in an image, signed.", {
        own: sbom,
        required: [],
        outputs,
        always: ["evidence", "referrer", "signedBy"],
      }),
      "waybill:index:Decision": resource("A signed decision that an image may enter an environment.", {
        own: decision,
        required: [...placeRequired, "basis"],
        outputs: {
          decision: text("Its id: hash of what was signed."),
          expires: text("When it lapses unless it is carried out."),
          time: outputs.time,
        },
        always: ["decision", "expires"],
      }),
      "waybill:index:Deployment": resource("A signed record that an image came to run in an environment.", {
        own: deployment,
        required: [...placeRequired, "running", "released", "kind", "manifests", "settings", "secrets"],
        outputs: {
          record: text("Its id: hash of what was signed."),
          referrer: text("Digest of the manifest that attaches it to the history."),
          number: { type: "integer", description: "How many came before it." },
          finishedOn: text("When it was recorded."),
          time: outputs.time,
        },
        always: ["record", "referrer", "number", "finishedOn"],
      }),
    },
  };
}

interface Shape {
  readonly own: object;
  readonly required: readonly string[];
  readonly outputs: object;
  readonly always: readonly string[];
}

function resource(description: string, { own, required, outputs: computed, always }: Shape): object {
  const requiredInputs = ["image", "signer", ...required];
  return {
    description,
    inputProperties: { ...inputs, ...own },
    requiredInputs,
    properties: { ...inputs, ...own, ...computed },
    required: [...requiredInputs, ...always],
  };
}
