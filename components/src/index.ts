export {
  AdmissionPolicies,
  type AdmissionPoliciesArgs,
  DecidedImages,
  type DecidedImagesArgs,
} from "./admission";
export { Attestation, type AttestationArgs, Sbom, type SbomArgs } from "./evidence";
export {
  Decision,
  type DecisionArgs,
  Deployment,
  type DeploymentArgs,
  type RecordedHistory,
} from "./history";
export { ImageBuild, imageArgs, type ImageBuildArgs } from "./image-build";
export type { WorkloadImage } from "./manifests";
export { plainly } from "./plainly";
export { readSettings, type StackSettings } from "./settings";
export { readReleases, type Releases, repositoryOf } from "./stack-outputs";
export { tell } from "./tell";
export { Workload, type WorkloadArgs } from "./workload";
