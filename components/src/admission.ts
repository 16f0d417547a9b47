import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  clusterGuard,
  type ClusterOptions,
  DECIDED,
  decidedImages,
  decidedLines,
  guardOf,
  type KubernetesObject,
  kyvernoPolicies,
  namespaceGuard,
  WATCH,
} from "@waybill/core/admission";
import type { Promotion } from "@waybill/core/promotion";

export interface AdmissionPoliciesArgs extends ClusterOptions {
  readonly promotion: Promotion;
  /** Who may do what in these namespaces, each with its environment. */
  readonly namespaces?: Readonly<Record<string, string>>;
  /** Kyverno is installed and is the second lock, for signatures and provenance. */
  readonly kyverno?: boolean;
}

/** What promotion.yaml says, enforced by one cluster itself; one of it in the stack of whoever runs the cluster. */
export class AdmissionPolicies extends pulumi.ComponentResource {
  constructor(name: string, args: AdmissionPoliciesArgs, options?: pulumi.ComponentResourceOptions) {
    super("waybill:index:AdmissionPolicies", name, {}, options);
    for (const object of objectsOf(args)) declare(object, this);
    this.registerOutputs({});
  }
}

function objectsOf({
  promotion,
  namespaces = {},
  kyverno,
  ...options
}: AdmissionPoliciesArgs): KubernetesObject[] {
  const guard = guardOf(promotion, options);
  return [
    ...clusterGuard(guard),
    ...(kyverno ? kyvernoPolicies(guard, promotion.trust.signers, options.now) : []),
    ...Object.entries(namespaces).flatMap(([namespace, environment]) =>
      namespaceGuard(guard, namespace, environment),
    ),
  ];
}

function declare(object: KubernetesObject, parent: pulumi.Resource): void {
  const { kind, metadata } = object;
  const name = [kind.toLowerCase(), metadata.namespace, metadata.name].filter(Boolean).join("-");
  // Taken away and put back, the API server would never read the lists again: see WATCH.
  const retainOnDelete = metadata.name === WATCH;
  new kubernetes.apiextensions.CustomResource(name, { ...object }, { parent, retainOnDelete });
}

export interface DecidedImagesArgs {
  readonly namespace: pulumi.Input<string>;
  /** Whose images they are: the key in the list. */
  readonly service: string;
  /** `repository@digest`, as the workload writes it: what is to run, what runs now, what may be rolled back to. */
  readonly images: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/**
 * The list of what is decided for a namespace. The workload depends on it, and it holds the old image beside the new one, so
 * that both may run while a rollout is under way and the old one if it fails.
 */
export class DecidedImages extends pulumi.ComponentResource {
  /** The images as the list has them. */
  declare readonly list: pulumi.Output<string>;

  constructor(
    name: string,
    { namespace, service, images }: DecidedImagesArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("waybill:index:DecidedImages", name, {}, options);
    // What is known already is checked before anything is declared.
    if (Array.isArray(images)) decidedLines(images.filter((image) => typeof image === "string"));
    const list = pulumi
      .all([namespace, pulumi.output(images)])
      .apply(([place, known]) => decidedImages(place, service, known));
    new kubernetes.core.v1.ConfigMap(
      name,
      {
        metadata: { name: DECIDED, namespace, labels: list.apply((one) => ({ ...one.metadata.labels })) },
        data: list.apply((one) => one.data),
      },
      { parent: this },
    );
    this.list = list.apply((one) => one.data[service] ?? "");
    this.registerOutputs({ list: this.list });
  }
}
