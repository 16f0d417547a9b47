import type { Enforcement, ImagePath } from "../promotion";
import type { Subject } from "./subject";

/** What the objects in the cluster are generated from. */
export interface Guard {
  /** `host` or `host/path`, by whole segments; undefined is any. */
  readonly registries: readonly string[] | undefined;
  /** Repositories of others whose images may run without a decision. */
  readonly external: readonly string[];
  /** Where kinds that Waybill does not know keep images. */
  readonly imagePaths: readonly ImagePath[];
  readonly environments: readonly GuardedEnvironment[];
  /** Where it is given, nothing runs in any other namespace than these and the environments' own. */
  readonly exempt: readonly string[] | undefined;
}

export interface GuardedEnvironment {
  readonly name: string;
  /** What is done about a refusal: written to the audit log, told to the client too, or enforced. */
  readonly admission: Enforcement;
  /** Who may deploy: write workloads, say what is decided, and own the namespaces. */
  readonly deployers: readonly Subject[];
  /** Who may go back to another image that is decided, and change nothing else. */
  readonly rollback: readonly Subject[];
  readonly viewers: readonly Subject[];
}

/** A Kubernetes object as plain data. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** By this label of its namespace a workload belongs to an environment. */
export const ENVIRONMENT_LABEL = "waybill.dev/environment";

/** What a namespace of an environment carries. */
export function namespaceLabels(environment: string): Record<string, string> {
  return { [ENVIRONMENT_LABEL]: environment, "pod-security.kubernetes.io/enforce": "restricted" };
}

export const ownLabels = { "app.kubernetes.io/managed-by": "waybill" } as const;
