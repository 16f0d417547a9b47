import { createHash } from "node:crypto";
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ReleasedImage } from "@waybill/core/evidence";
import { splitDigest, type Digest } from "@waybill/core/image";
import type { Place } from "@waybill/core/promotion";
import { imageAnnotation } from "@waybill/core/release";
import type { ServiceDefinition } from "@waybill/core/service";

/** An image whose digest may still be in the making. */
export type WorkloadImage = Omit<ReleasedImage, "digest"> & {
  readonly digest: pulumi.Input<Digest | string>;
};

export interface Metadata {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface DeploymentParts {
  readonly place: Place;
  readonly definition: ServiceDefinition;
  readonly image: WorkloadImage;
  readonly replicas: number;
  readonly rolloutSeconds: number;
  readonly account: kubernetes.core.v1.ServiceAccount;
  readonly settings: kubernetes.core.v1.ConfigMap;
  readonly secrets: kubernetes.core.v1.Secret | undefined;
}

/** Labels that never change, so that they may select. */
export function labelsOf({ service, environment, target }: Place): Record<string, string> {
  return {
    "app.kubernetes.io/name": service,
    "waybill.dev/environment": environment,
    ...(target !== undefined && { "waybill.dev/target": target }),
  };
}

/** Named after its content: a new setting is a new object, so pods roll and the old one is there until they did. */
export function configMapArgs(
  name: string,
  metadata: Metadata,
  data: Readonly<Record<string, string>>,
): kubernetes.core.v1.ConfigMapArgs {
  const content = JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  return { metadata: { ...metadata, name: `${name}-${hash}` }, immutable: true, data };
}

/** Traffic comes in on the service's port only. */
export function networkPolicyArgs(
  name: string,
  metadata: Metadata,
  { place, definition }: { place: Place; definition: ServiceDefinition },
): kubernetes.networking.v1.NetworkPolicyArgs {
  return {
    metadata: { ...metadata, name },
    spec: {
      podSelector: { matchLabels: labelsOf(place) },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ protocol: "TCP", port: definition.port }] }],
    },
  };
}

export function deploymentArgs(
  name: string,
  metadata: Metadata,
  parts: DeploymentParts,
): kubernetes.apps.v1.DeploymentArgs {
  const image = pulumi.output(parts.image);
  return {
    metadata: {
      ...metadata,
      name,
      annotations: { [imageAnnotation]: image.apply((value) => JSON.stringify(value)) },
    },
    spec: {
      replicas: parts.replicas,
      progressDeadlineSeconds: parts.rolloutSeconds,
      selector: { matchLabels: metadata.labels },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: { ...metadata.labels, ...versionLabels(parts.image) },
          annotations: podAnnotations(parts),
        },
        spec: {
          serviceAccountName: parts.account.metadata.name,
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          containers: [container(name, parts)],
        },
      },
    },
  };
}

/** A label holds 63 characters and no colon, so the digest's first 32 hex digits must do; the annotation has all. */
function versionLabels({ digest, commit }: WorkloadImage): Record<string, pulumi.Input<string>> {
  const short = pulumi.output(digest).apply((value) => splitDigest(value as Digest).hex.slice(0, 32));
  return { "waybill.dev/commit": commit, "waybill.dev/digest": short };
}

function podAnnotations({ image, secrets }: DeploymentParts): Record<string, pulumi.Input<string>> {
  return {
    "waybill.dev/digest": image.digest,
    // A version, not a value and not a hash of one: pods roll when a secret changes, and nothing leaks.
    ...(secrets && { "waybill.dev/secrets-version": secrets.metadata.resourceVersion }),
  };
}

function container(
  name: string,
  { place, definition, image, settings, secrets }: DeploymentParts,
): kubernetes.types.input.core.v1.Container {
  const { cpu, memory } = definition.resources;
  return {
    name,
    image: pulumi.interpolate`${image.repository}@${image.digest}`,
    ports: [{ name: "http", containerPort: definition.port }],
    env: [
      { name: "WAYBILL_SERVICE", value: place.service },
      { name: "WAYBILL_ENVIRONMENT", value: place.environment },
      { name: "WAYBILL_COMMIT", value: image.dirty ? `${image.commit}-dirty` : image.commit },
      { name: "WAYBILL_DIGEST", value: image.digest },
    ],
    envFrom: [
      { configMapRef: { name: settings.metadata.name } },
      ...(secrets ? [{ secretRef: { name: secrets.metadata.name } }] : []),
    ],
    resources: { requests: { cpu, memory }, limits: { memory } },
    readinessProbe: { httpGet: { path: definition.probes.ready, port: "http" }, periodSeconds: 2 },
    livenessProbe: { httpGet: { path: definition.probes.live, port: "http" }, periodSeconds: 10 },
    // The endpoint is gone everywhere before the process is: no request is lost in a rollout.
    lifecycle: { preStop: { sleep: { seconds: 2 } } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  };
}
