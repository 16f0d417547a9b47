import { generateKeyPairSync } from "node:crypto";
import { AdmissionError, type Guard, kyvernoPolicies } from "@waybill/core/admission";
import { parseTrust } from "@waybill/core/trust";
import { environment, guard } from "./support";

const pem = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .publicKey.export({ type: "spki", format: "pem" })
  .toString();
const now = new Date("2026-11-21T00:00:00Z");
const may = [{ say: ["signature", "provenance"], for: ["prod"] }];
const signer = (more: object = {}) => ({ name: "team-ci", key: { pem }, may, ...more });

interface Spec {
  readonly attestors: readonly { name: string; cosign: { key?: { data: string }; keyless?: object } }[];
  readonly [field: string]: unknown;
}

function specs(signers: readonly object[], more: Partial<Guard> = {}): Spec[] {
  const { signers: trusted } = parseTrust("trust.yaml", JSON.stringify({ version: 1, signers }), () => "");
  const made = kyvernoPolicies(guard({ environments: [environment("prod")], ...more }), trusted, now);
  return made.map((object) => object["spec"] as Spec);
}

const [spec] = specs([signer()]) as [Spec];

test("the one shape that neither hangs nor lets through what it should not", () => {
  expect(spec).toMatchObject({
    failurePolicy: "Fail",
    validationActions: ["Deny"],
    webhookConfiguration: { timeoutSeconds: expect.any(Number) as number },
    validationConfigurations: { verifyDigest: true, required: true, mutateDigest: false },
    matchImageReferences: [{ glob: "*" }],
    images: [
      { name: "containers", expression: expect.stringMatching(/\.distinct\(\)$/) as string },
      { name: "initContainers", expression: "[]" },
      { name: "ephemeralContainers", expression: "[]" },
    ],
    attestors: [
      {
        name: "team_ci",
        cosign: { key: { data: pem }, ctlog: { insecureIgnoreTlog: true, insecureIgnoreSCT: true } },
      },
    ],
  });
});

test("a signature is the statement that says so, and provenance is asked for beside it", () => {
  expect(spec["attestations"]).toEqual([
    { name: "signature", intoto: { type: "https://sigstore.dev/cosign/sign/v1" } },
    { name: "provenance", intoto: { type: "https://slsa.dev/provenance/v1" } },
  ]);
  expect(JSON.stringify(spec["validations"])).not.toContain("verifyImageSignatures");
});

test.each([
  ["not yet", { from: "2027-01-01T00:00:00Z" }],
  ["no longer", { until: "2026-01-01T00:00:00Z" }],
  ["compromised", { compromised: "2026-01-01T00:00:00Z" }],
  ["for another environment", { may: [{ say: ["signature", "provenance"], for: ["dev"] }] }],
  ["without provenance", { may: [{ say: ["signature"], for: ["prod"] }] }],
])("who is trusted %s is left out, and with nobody left there is no policy", (_, more) => {
  expect(() => specs([signer(more)])).toThrow(AdmissionError);
  expect(
    specs([signer(), signer({ name: "other", ...more })])[0]?.attestors.map(({ name }) => name),
  ).toContain("team_ci");
});

test("a key that is good for one machine only is not trusted for images from elsewhere", () => {
  const confined = signer({ key: { pem: `Waybill-Only-For: 127.0.0.1\n${pem}` } });
  expect(() => specs([confined])).toThrow(AdmissionError);
  expect(() => specs([confined], { registries: undefined })).toThrow(AdmissionError);
  expect(specs([confined], { registries: ["127.0.0.1:5000"] })).toHaveLength(1);
});

test("images of others are neither fetched nor asked for a signature", () => {
  const [{ matchImageReferences }] = specs([signer()], { external: ["docker.io/library/redis"] }) as [Spec];
  expect(JSON.stringify(matchImageReferences)).toContain("redis");
  expect(matchImageReferences).toHaveLength(1);
});
