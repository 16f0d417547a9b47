import { digestSet, list, object, resource, type Resource, text, time, uri } from "./shapes";

/** SLSA verification summary v1: somebody verified it, against which policy, with which result. */
export interface VerificationSummary {
  readonly verifier: { readonly id: string; readonly version?: Readonly<Record<string, string>> };
  readonly timeVerified: string;
  readonly resourceUri: string;
  readonly policy: Resource;
  readonly inputAttestations?: readonly {
    readonly uri?: string;
    readonly digest: Readonly<Record<string, string>>;
  }[];
  readonly verificationResult: "PASSED" | "FAILED";
  readonly verifiedLevels: readonly string[];
  readonly slsaVersion?: string;
}

/** https://slsa.dev/spec/v1.0/verification_summary; timeVerified is optional there, a summary without a date is of no use here. */
export const vsaSchema = object(
  ["verifier", "timeVerified", "resourceUri", "policy", "verificationResult", "verifiedLevels"],
  {
    verifier: object(["id"], { id: uri, version: { type: "object" } }),
    timeVerified: time,
    resourceUri: text,
    policy: resource,
    inputAttestations: list(object(["digest"], { uri: { type: "string" }, digest: digestSet })),
    verificationResult: { enum: ["PASSED", "FAILED"] },
    verifiedLevels: list(text),
    slsaVersion: { type: "string" },
  },
);
