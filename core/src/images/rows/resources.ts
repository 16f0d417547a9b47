import { as, type ImageField, optional } from "./row";

const named = (...paths: readonly string[]): ImageField[] => paths.map((path) => ({ path }));
const json = (...paths: readonly string[]): ImageField[] => paths.map((path) => ({ path, json: true }));

/** Image fields of Pulumi's resources, by type without the API version that azure-native writes into it. Kubernetes has its own table. */
export const RESOURCE_FIELDS: Readonly<Record<string, readonly ImageField[]>> = {
  "aws:ecs/taskDefinition:TaskDefinition": json("containerDefinitions[].image"),
  "aws:ecs/expressGatewayService:ExpressGatewayService": named(
    "primaryContainer.image",
    "primaryContainers[].image",
  ),
  "aws:lambda/function:Function": optional("imageUri"),
  "aws:batch/jobDefinition:JobDefinition": [
    ...json("containerProperties.image", "nodeProperties.nodeRangeProperties[].container.image"),
    ...json("ecsProperties.taskProperties[].containers[].image"),
    ...named(
      "eksProperties.podProperties.containers[].image",
      "eksProperties.podProperties.initContainers[].image",
    ),
  ],
  "aws:apprunner/service:Service": named("sourceConfiguration.imageRepository.imageIdentifier"),
  "aws:sagemaker/model:Model": named("primaryContainer.image", "containers[].image"),
  "aws:codebuild/project:Project": named("environment.image"),
  "aws:lightsail/containerServiceDeploymentVersion:ContainerServiceDeploymentVersion":
    named("containers[].image"),
  "aws-native:ecs:TaskDefinition": named("containerDefinitions[].image"),
  "aws-native:lambda:Function": optional("code.imageUri"),
  "aws-native:batch:JobDefinition": named("containerProperties.image"),
  "aws-native:apprunner:Service": named("sourceConfiguration.imageRepository.imageIdentifier"),
  "docker:index/remoteImage:RemoteImage": named("name"),
  "docker:index/container:Container": named("image"),
  "docker:index/service:Service": named("taskSpec.containerSpec.image"),
  "gcp:cloudrun/service:Service": named("template.spec.containers[].image"),
  "gcp:cloudrunv2/service:Service": named("template.containers[].image"),
  "gcp:cloudrunv2/workerPool:WorkerPool": named("template.containers[].image"),
  "gcp:cloudrunv2/job:Job": named("template.template.containers[].image"),
  "google-native:run/v1:Service": named("spec.template.spec.containers[].image"),
  "google-native:run/v2:Service": named("template.containers[].image"),
  "google-native:run/v2:Job": named("template.template.containers[].image"),
  "azure-native:app:ContainerApp": named("template.containers[].image", "template.initContainers[].image"),
  "azure-native:app:Job": named("template.containers[].image", "template.initContainers[].image"),
  "azure-native:containerinstance:ContainerGroup": named("containers[].image", "initContainers[].image"),
  "azure-native:web:WebApp": as("docker-prefix", "siteConfig.linuxFxVersion", "siteConfig.windowsFxVersion"),
  "azure:containerapp/app:App": named("template.containers[].image", "template.initContainers[].image"),
  "azure:containerapp/job:Job": named("template.containers[].image", "template.initContainers[].image"),
  "azure:containerservice/group:Group": named("containers[].image", "initContainers[].image"),
  // Their objects are resources of their own and are checked there; what stands in the arguments counts already here.
  "kubernetes:yaml:ConfigGroup": as("object", "objs[]", "yaml[]"),
  "kubernetes:yaml/v2:ConfigGroup": as("object", "objs[]", "yaml"),
  // What can be seen of them; hiddenInResource says what cannot.
  "kubernetes:helm.sh/v3:Release": as("values", "values"),
  "kubernetes:helm.sh/v4:Release": as("values", "values"),
  "kubernetes:helm.sh/v3:Chart": as("values", "values"),
  "kubernetes:helm.sh/v4:Chart": as("values", "values"),
};
