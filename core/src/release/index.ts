export { findRefusals, type ProofRequest } from "./proof";
export { plan, type Plan, type PlanInput, type Upstream } from "./plan";
export { assertFinished, imageAnnotation, readWorkload, type ObservedWorkload } from "./workload";
export {
  imageOf,
  readRelease,
  ReleaseError,
  releaseOf,
  type Release,
  type ReleasedImage,
  type ReleaseErrorCode,
  type StackOutputs,
} from "./release";
export { releaseSchema } from "./schema";
