import { as, type ImageField, optional, pods, type Row, row } from "./row";

function argoSource(at: string): ImageField[] {
  return [
    ...as("helm-parameters", `${at}.helm.parameters`),
    ...as("values", `${at}.helm.values`, `${at}.helm.valuesObject`),
    ...as("kustomize-text", `${at}.kustomize.images[]`),
    ...as("object", `${at}.kustomize.patches[].patch`),
  ];
}

function argoApplication(at: string): ImageField[] {
  return [`${at}.source`, `${at}.sources[]`].flatMap(argoSource);
}

/** What brings other objects into a cluster, or rolls them out. */
export const DELIVERY_ROWS: readonly Row[] = [
  // With workloadRef instead of a template, the Deployment that it names holds the images.
  row("argoproj.io", "Rollout", pods("spec.template.spec")),
  row(
    "argoproj.io",
    "AnalysisTemplate ClusterAnalysisTemplate AnalysisRun",
    pods("spec.metrics[].provider.job.spec.template.spec"),
  ),
  row(
    "argoproj.io",
    "Experiment",
    pods("spec.templates[].template.spec"),
    pods("spec.analyses[].spec.metrics[].provider.job.spec.template.spec"),
  ),
  row("argoproj.io", "Application", argoApplication("spec")),
  row(
    "argoproj.io",
    "ApplicationSet",
    argoApplication("spec.template.spec"),
    as("object", "spec.templatePatch"),
  ),
  row("argoproj.io", "AppProject"),
  row(
    "helm.toolkit.fluxcd.io",
    "HelmRelease",
    as("values", "spec.values"),
    as("kustomize-images", "spec.postRenderers[].kustomize.images"),
    as("object", "spec.postRenderers[].kustomize.patches[].patch"),
  ),
  row(
    "kustomize.toolkit.fluxcd.io",
    "Kustomization",
    as("kustomize-images", "spec.images"),
    as("object", "spec.patches[].patch"),
  ),
  row("source.toolkit.fluxcd.io", "OCIRepository", as("flux-oci", "spec")),
  row("source.toolkit.fluxcd.io", "GitRepository HelmRepository HelmChart Bucket ExternalArtifact"),
  // They look for images; they run none.
  row("image.toolkit.fluxcd.io", "ImageRepository ImagePolicy ImageUpdateAutomation"),
  row("notification.toolkit.fluxcd.io", "Alert Provider Receiver"),
  row("flagger.app", "Canary MetricTemplate AlertProvider"),
  row(
    "pkg.crossplane.io",
    "Provider Configuration Function ProviderRevision ConfigurationRevision FunctionRevision",
    { path: "spec.package" },
    { path: "spec.image", emptyMeansUnset: true },
  ),
  row("pkg.crossplane.io", "DeploymentRuntimeConfig", pods("spec.deploymentTemplate.spec.template.spec")),
  row("pkg.crossplane.io", "ControllerConfig", optional("spec.image")),
  row("pkg.crossplane.io", "Lock ImageConfig"),
  row(
    "apiextensions.crossplane.io",
    "Composition CompositionRevision",
    as("object", "spec.resources[].base", "spec.pipeline[].input"),
  ),
  row("kubernetes.crossplane.io", "Object", as("object", "spec.forProvider.manifest")),
  row("helm.crossplane.io", "Release", as("values", "spec.forProvider.values")),
  row(
    "operators.coreos.com",
    "ClusterServiceVersion",
    pods("spec.install.spec.deployments[].spec.template.spec"),
    { path: "spec.relatedImages[].image" },
  ),
  row("operators.coreos.com", "CatalogSource", optional("spec.image")),
  row("operators.coreos.com", "Subscription OperatorGroup InstallPlan"),
];
