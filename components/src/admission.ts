import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  clusterGuard,
  type ClusterOptions,
  DECIDED,
  decidedBy,
  decidedLines,
  guardOf,
  type KubernetesObject,
  kyvernoPolicies,
  namespaceGuard,
  watch,
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
    const objects = objectsOf(args);
    declareWatch(this);
    for (const object of objects) declare(object, this);
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
  new kubernetes.apiextensions.CustomResource(name, { ...object }, { parent });
}

/** Stays behind when the rest goes, and so has a generated name: the next one must not meet it. */
function declareWatch(parent: pulumi.Resource): void {
  const { policy, binding } = watch();
  const options = { parent, retainOnDelete: true };
  const nameless = ({ metadata: { labels }, ...rest }: KubernetesObject) => ({
    ...rest,
    metadata: { labels },
  });
  const asking = new kubernetes.apiextensions.CustomResource("waybill-watch", nameless(policy), options);
  const spec = { ...(binding["spec"] as object), policyName: asking.metadata.name };
  new kubernetes.apiextensions.CustomResource(
    "waybill-watch-binding",
    { ...nameless(binding), spec },
    options,
  );
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
    const annotations = pulumi.output(images).apply((known) => decidedBy(service, known));
    new kubernetes.core.v1.ConfigMap(
      name,
      { metadata: { name: DECIDED, namespace, annotations } },
      { parent: this },
    );
    this.list = annotations.apply((lists) => Object.values(lists).join("\n"));
    this.registerOutputs({ list: this.list });
  }
}
