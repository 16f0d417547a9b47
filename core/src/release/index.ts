export {
  assertUpstream,
  describePlace,
  findCandidate,
  runningIn,
  type Candidate,
  type CandidateRequest,
  type Upstream,
} from "./candidate";
export {
  besideOf,
  builtDeploymentOf,
  decisionOf,
  deploymentOf,
  type DecisionWords,
  type DeploymentWords,
  letIn,
  tagOf,
} from "./records";
export { plan, type DecisionPlan, type Plan } from "./plan";
export { surveyWith } from "./offline";
export { survey, type Last, type Request, type Survey, type World } from "./survey";
export { assertFinished, imageAnnotation, readWorkload, type ObservedWorkload } from "./workload";
export {
  imageOf,
  readRelease,
  ReleaseError,
  releaseOf,
  type Release,
  type ReleaseErrorCode,
  type Running,
  type StackOutputs,
} from "./release";
export { releaseSchema } from "./schema";
export { shapeOf, type Shape } from "./shape";
