import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { namespaceLabels } from "@waybill/core/admission";
import { parseDigest } from "@waybill/core/image";
import type { Place } from "@waybill/core/promotion";
import type { ReleasedImage } from "@waybill/core/evidence";
import { assertFinished, readWorkload } from "@waybill/core/release";
import type { ServiceDefinition } from "@waybill/core/service";
import { DecidedImages } from "./admission";
import { plainError } from "./plainly";
import { configMapArgs, deploymentArgs, labelsOf, networkPolicyArgs, type WorkloadImage } from "./manifests";

export interface WorkloadArgs {
  readonly place: Place;
  readonly definition: ServiceDefinition;
  /** What to run; its digest may still be in the making. */
  readonly image: WorkloadImage;
  /** Made if `createNamespace` is not false. */
  readonly namespace: string;
  readonly createNamespace?: boolean;
  readonly replicas: number;
  /** Environment variables, from `checkSettings`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** How long a rollout may take before it counts as failed. */
  readonly rolloutSeconds: number;
  /** What must be there before any pod runs the image: the decision that lets it in. */
  readonly needs?: readonly pulumi.Resource[];
  /** What may run beside it, as repository@sha256:…: what runs now, and what may be rolled back to. The cluster lets in nothing else. */
  readonly beside?: pulumi.Input<readonly string[]>;
}

/**
 * Runs one image of a service in one namespace: service account, settings, secrets, deployment, service and
 * network policy. It says what runs only after the cluster has finished the rollout.
 */
export class Workload extends pulumi.ComponentResource {
  /** What runs, read back from the cluster. */
  declare readonly image: pulumi.Output<ReleasedImage>;
  /** Where the service answers inside the cluster. */
  declare readonly address: pulumi.Output<string>;

  constructor(name: string, args: WorkloadArgs, options?: pulumi.ComponentResourceOptions) {
    super("waybill:index:Workload", name, {}, options);
    const image = checkedImage(args.image);
    const parent = { parent: this };
    const metadata = { namespace: args.namespace, labels: labelsOf(args.place) };
    const namespace = args.createNamespace === false ? [] : [namespaceFor(name, args, this)];
    const inside = { ...parent, dependsOn: namespace };
    const account = new kubernetes.core.v1.ServiceAccount(
      name,
      { metadata: { ...metadata, name }, automountServiceAccountToken: false },
      inside,
    );
    const settings = new kubernetes.core.v1.ConfigMap(
      name,
      configMapArgs(name, metadata, args.environment),
      inside,
    );
    const secrets =
      Object.keys(args.secrets).length === 0
        ? undefined
        : new kubernetes.core.v1.Secret(
            name,
            { metadata: { ...metadata, name }, stringData: args.secrets },
            inside,
          );
    const policy = new kubernetes.networking.v1.NetworkPolicy(
      name,
      networkPolicyArgs(name, metadata, args),
      inside,
    );
    const images = pulumi
      .all([pulumi.interpolate`${image.repository}@${image.digest}`, args.beside ?? []])
      .apply((all) => all.flat());
    const decided = new DecidedImages(
      name,
      { namespace: args.namespace, service: args.place.service, images },
      inside,
    );
    const deployment = new kubernetes.apps.v1.Deployment(
      name,
      deploymentArgs(name, metadata, { ...args, image, account, settings, secrets }),
      { ...parent, dependsOn: [...namespace, policy, decided, ...(args.needs ?? [])] },
    );
    const service = new kubernetes.core.v1.Service(
      name,
      {
        metadata: { ...metadata, name },
        spec: { selector: labelsOf(args.place), ports: [{ name: "http", port: 80, targetPort: "http" }] },
      },
      inside,
    );
    this.image = releasedImage(deployment);
    this.address = service.spec.clusterIP.apply((address) => `http://${address}`);
    this.registerOutputs({ image: this.image, address: this.address });
  }
}

/** Marked with its environment, by which the cluster knows what may run in it. */
function namespaceFor(name: string, { namespace, place }: WorkloadArgs, parent: Workload): pulumi.Resource {
  const metadata = { name: namespace, labels: namespaceLabels(place.environment) };
  return new kubernetes.core.v1.Namespace(name, { metadata }, { parent });
}

/** The policy pack says the same; without the pack this still does. */
function checkedImage(image: WorkloadImage): WorkloadImage {
  if (typeof image.digest === "string") return { ...image, digest: parseDigest(image.digest) };
  return { ...image, digest: pulumi.output(image.digest).apply(parseDigest) };
}

function releasedImage({
  metadata,
  spec,
  status,
}: kubernetes.apps.v1.Deployment): pulumi.Output<ReleasedImage> {
  return pulumi.all([metadata, spec, status]).apply(([meta, wanted, seen]) => {
    const workload = {
      name: `${meta.namespace}/${meta.name}`,
      image: wanted.template.spec.containers[0]?.image ?? "",
      annotations: meta.annotations,
      generation: meta.generation,
      observedGeneration: (seen as typeof seen | undefined)?.observedGeneration,
      conditions: (seen as typeof seen | undefined)?.conditions ?? [],
    };
    try {
      if (!pulumi.runtime.isDryRun()) assertFinished(workload);
      return readWorkload(workload);
    } catch (error) {
      throw plainError(error);
    }
  });
}
