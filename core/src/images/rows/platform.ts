import { as, type ImageField, optional, pods, type Row, row } from "./row";

function virtualMachine(at: string): ImageField[] {
  return [
    { path: `${at}.spec.volumes[].containerDisk.image` },
    { path: `${at}.spec.volumes[].image.reference`, emptyMeansUnset: true },
    { path: `${at}.spec.domain.firmware.kernelBoot.container.image` },
    {
      path: `${at}.metadata.annotations["hooks.kubevirt.io/hookSidecars"][].image`,
      json: true,
      emptyMeansUnset: true,
    },
  ];
}

const dataVolumes = (at: string): ImageField[] =>
  as("url", `${at}.dataVolumeTemplates[].spec.source.registry.url`);

const KRUISE_TEMPLATES = [
  "statefulSetTemplate",
  "advancedStatefulSetTemplate",
  "cloneSetTemplate",
  "deploymentTemplate",
];

const PREDICTORS = [
  "sklearn",
  "xgboost",
  "tensorflow",
  "pytorch",
  "triton",
  "onnx",
  "huggingface",
  "pmml",
  "lightgbm",
  "paddle",
  "model",
];

function inference(at: string): ImageField[] {
  return [...pods(at), ...optional(...PREDICTORS.map((model) => `${at}.${model}.image`))];
}

/** Other ways to run things: functions, virtual machines, games, models, runners. */
export const PLATFORM_ROWS: readonly Row[] = [
  row("serving.knative.dev", "Service Configuration", pods("spec.template.spec")),
  row("serving.knative.dev", "Revision", pods("spec")),
  row("serving.knative.dev", "Route DomainMapping"),
  row("sources.knative.dev", "ContainerSource", pods("spec.template.spec")),
  row("sinks.knative.dev", "JobSink", pods("spec.job.spec.template.spec")),
  row("kubevirt.io", "VirtualMachine", virtualMachine("spec.template"), dataVolumes("spec")),
  row(
    "kubevirt.io",
    "VirtualMachineInstance",
    ...virtualMachine("").map((field) => ({ ...field, path: field.path.slice(1) })),
  ),
  row("kubevirt.io", "VirtualMachineInstanceReplicaSet", virtualMachine("spec.template")),
  row(
    "pool.kubevirt.io",
    "VirtualMachinePool",
    virtualMachine("spec.virtualMachineTemplate.spec.template"),
    dataVolumes("spec.virtualMachineTemplate.spec"),
  ),
  row("cdi.kubevirt.io", "DataVolume", as("url", "spec.source.registry.url")),
  row("cdi.kubevirt.io", "VolumeImportSource", as("url", "spec.source.registry.url")),
  row("cdi.kubevirt.io", "DataImportCron", as("url", "spec.template.spec.source.registry.url")),
  row("apps.kruise.io", "CloneSet StatefulSet DaemonSet BroadcastJob", pods("spec.template.spec")),
  row(
    "apps.kruise.io",
    "AdvancedCronJob",
    pods(
      "spec.template.jobTemplate.spec.template.spec",
      "spec.template.broadcastJobTemplate.spec.template.spec",
      "spec.template.imageListPullJobTemplate.spec",
    ),
    optional("spec.template.imageListPullJobTemplate.spec.images[]"),
  ),
  row("apps.kruise.io", "SidecarSet", pods("spec")),
  row(
    "apps.kruise.io",
    "UnitedDeployment",
    pods(...KRUISE_TEMPLATES.map((template) => `spec.template.${template}.spec.template.spec`)),
  ),
  row("apps.kruise.io", "EphemeralJob", pods("spec.template")),
  row("apps.kruise.io", "ImagePullJob", { path: "spec.image" }),
  row("apps.kruise.io", "ImageListPullJob", { path: "spec.images[]" }),
  row("apps.kruise.io", "ResourceDistribution", as("object", "spec.resource")),
  row("apps.kruise.io", "WorkloadSpread", as("pod-spec", "spec.subsets[].patch.spec")),
  row(
    "apps.kruise.io",
    "NodeImage ContainerRecreateRequest PodUnavailableBudget PodProbeMarker PersistentPodState",
  ),
  row("game.kruise.io", "GameServerSet", pods("spec.gameServerTemplate.spec")),
  row(
    "leaderworkerset.x-k8s.io",
    "LeaderWorkerSet",
    pods("spec.leaderWorkerTemplate.leaderTemplate.spec", "spec.leaderWorkerTemplate.workerTemplate.spec"),
  ),
  row("agones.dev", "GameServer", pods("spec.template.spec")),
  row("agones.dev", "Fleet GameServerSet", pods("spec.template.spec.template.spec")),
  row(
    "serving.kserve.io",
    "InferenceService",
    inference("spec.predictor"),
    inference("spec.transformer"),
    inference("spec.explainer"),
  ),
  row("serving.kserve.io", "ServingRuntime ClusterServingRuntime", pods("spec")),
  row("actions.summerwind.dev", "Runner", pods("spec"), runner("spec")),
  row(
    "actions.summerwind.dev",
    "RunnerDeployment RunnerReplicaSet",
    pods("spec.template.spec"),
    runner("spec.template.spec"),
  ),
  row("actions.summerwind.dev", "RunnerSet", pods("spec.template.spec"), runner("spec")),
  row("actions.github.com", "AutoscalingRunnerSet", pods("spec.template.spec", "spec.listenerTemplate.spec")),
  row("actions.github.com", "EphemeralRunnerSet", pods("spec.ephemeralRunnerSpec.spec")),
  row("actions.github.com", "EphemeralRunner", pods("spec.spec", "spec")),
  row("actions.github.com", "AutoscalingListener", pods("spec.template.spec"), optional("spec.image")),
  row("extensions.istio.io", "WasmPlugin", as("url", "spec.url")),
  row(
    "gateway.envoyproxy.io",
    "EnvoyProxy",
    optional(
      "spec.provider.kubernetes.envoyDeployment.container.image",
      "spec.provider.kubernetes.envoyDaemonSet.container.image",
    ),
    pods("spec.provider.kubernetes.envoyDeployment"),
  ),
];

function runner(at: string): ImageField[] {
  return [
    ...optional(`${at}.image`),
    { path: `${at}.sidecarContainers[].image` },
    { path: `${at}.dockerdContainer.image`, emptyMeansUnset: true },
  ];
}
