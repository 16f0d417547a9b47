import { as, type ImageField, pods, type Row, row } from "./row";

/** Argo's template, and the one that a step or a task may hold instead of a name. */
function argoTemplate(at: string): ImageField[] {
  return [
    ...["container", "script", "initContainers[]", "sidecars[]", "containerSet.containers[]"].map((part) => ({
      path: `${at}.${part}.image`,
    })),
    { path: `${at}.volumes[].image.reference`, emptyMeansUnset: true },
    ...as("pod-spec", `${at}.podSpecPatch`),
    ...as("object", `${at}.resource.manifest`),
  ];
}

function argoWorkflow(at: string): ImageField[] {
  const templates = [`${at}.templates[]`, `${at}.templateDefaults`];
  return [
    ...templates.flatMap((template) => [
      ...argoTemplate(template),
      ...argoTemplate(`${template}.steps[][].inline`),
      ...argoTemplate(`${template}.dag.tasks[].inline`),
    ]),
    { path: `${at}.volumes[].image.reference`, emptyMeansUnset: true },
    ...as("pod-spec", `${at}.podSpecPatch`, `${at}.artifactGC.podSpecPatch`),
  ];
}

function tektonTask(at: string): ImageField[] {
  return [
    { path: `${at}.steps[].image`, emptyMeansUnset: true },
    ...as("tekton-ref", `${at}.steps[].ref`),
    { path: `${at}.sidecars[].image` },
    { path: `${at}.stepTemplate.image`, emptyMeansUnset: true },
    { path: `${at}.volumes[].image.reference`, emptyMeansUnset: true },
  ];
}

function tektonPipeline(at: string): ImageField[] {
  return [`${at}.tasks[]`, `${at}.finally[]`].flatMap((task) => [
    ...tektonTask(`${task}.taskSpec`),
    ...as("tekton-ref", `${task}.taskRef`, `${task}.pipelineRef`),
    // A pipeline in a pipeline: one level, as Tekton runs it.
    ...[`${task}.pipelineSpec.tasks[]`, `${task}.pipelineSpec.finally[]`].flatMap((inner) => [
      ...tektonTask(`${inner}.taskSpec`),
      ...as("tekton-ref", `${inner}.taskRef`),
    ]),
  ]);
}

const REPLICAS = ["tf", "pytorch", "mpi", "xgb", "mx", "paddle", "jax"].map(
  (kind) => `spec.${kind}ReplicaSpecs.*.template.spec`,
);

/** What runs to an end: workflows, pipelines, batch and training jobs. */
export const BATCH_ROWS: readonly Row[] = [
  row("argoproj.io", "Workflow WorkflowTemplate ClusterWorkflowTemplate", argoWorkflow("spec")),
  row("argoproj.io", "CronWorkflow", argoWorkflow("spec.workflowSpec")),
  row("argoproj.io", "WorkflowTaskSet WorkflowEventBinding WorkflowTaskResult WorkflowArtifactGCTask"),
  row(
    "argoproj.io",
    "Sensor",
    pods("spec.template"),
    { path: "spec.template.container.image", emptyMeansUnset: true },
    as(
      "object",
      "spec.triggers[].template.k8s.source.resource",
      "spec.triggers[].template.argoWorkflow.source.resource",
    ),
  ),
  row("argoproj.io", "EventSource", pods("spec.template"), {
    path: "spec.template.container.image",
    emptyMeansUnset: true,
  }),
  row("tekton.dev", "Task ClusterTask", tektonTask("spec")),
  row("tekton.dev", "StepAction", { path: "spec.image" }),
  row("tekton.dev", "TaskRun", tektonTask("spec.taskSpec"), as("tekton-ref", "spec.taskRef")),
  row("tekton.dev", "Pipeline", tektonPipeline("spec")),
  row("tekton.dev", "PipelineRun", tektonPipeline("spec.pipelineSpec"), as("tekton-ref", "spec.pipelineRef")),
  row("triggers.tekton.dev", "TriggerTemplate", as("object", "spec.resourcetemplates[]")),
  row("triggers.tekton.dev", "EventListener", pods("spec.resources.kubernetesResource.spec.template.spec")),
  row("keda.sh", "ScaledJob", pods("spec.jobTargetRef.template.spec")),
  row("keda.sh", "ScaledObject TriggerAuthentication ClusterTriggerAuthentication"),
  row("jobset.x-k8s.io", "JobSet", pods("spec.replicatedJobs[].template.spec.template.spec")),
  row("batch.volcano.sh", "Job", pods("spec.tasks[].template.spec")),
  row("kubeflow.org", "TFJob PyTorchJob MPIJob XGBoostJob MXJob PaddleJob JAXJob", pods(...REPLICAS)),
  row("kubeflow.org", "Notebook", pods("spec.template.spec")),
  row(
    "ray.io",
    "RayCluster",
    pods("spec.headGroupSpec.template.spec", "spec.workerGroupSpecs[].template.spec"),
  ),
  row(
    "ray.io",
    "RayJob",
    pods(
      "spec.rayClusterSpec.headGroupSpec.template.spec",
      "spec.rayClusterSpec.workerGroupSpecs[].template.spec",
      "spec.submitterPodTemplate.spec",
    ),
  ),
  row(
    "ray.io",
    "RayService",
    pods(
      "spec.rayClusterConfig.headGroupSpec.template.spec",
      "spec.rayClusterConfig.workerGroupSpecs[].template.spec",
    ),
  ),
];
