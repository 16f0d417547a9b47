import type { Enforcement } from "../promotion";
import type { Validation } from "./cel";
import { ENVIRONMENT_LABEL, type KubernetesObject, ownLabels } from "./guard";

const API = "admissionregistration.k8s.io/v1";

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly ("CREATE" | "UPDATE" | "DELETE")[];
  readonly resources: readonly string[];
  /** Without it a rule with `*` would match what no namespace selector can let go. */
  readonly scope: "Namespaced" | "Cluster";
}

export interface PolicySpec {
  readonly rules: readonly Rule[];
  readonly except?: readonly Rule[];
  readonly conditions?: readonly { readonly name: string; readonly expression: string }[];
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly Validation[];
  readonly params?: { readonly apiVersion: string; readonly kind: string };
}

export function policy(name: string, spec: PolicySpec): KubernetesObject {
  return {
    apiVersion: API,
    kind: "ValidatingAdmissionPolicy",
    metadata: { name, labels: ownLabels },
    spec: {
      failurePolicy: "Fail",
      ...(spec.params && { paramKind: spec.params }),
      matchConstraints: {
        matchPolicy: "Equivalent",
        resourceRules: spec.rules,
        ...(spec.except && { excludeResourceRules: spec.except }),
      },
      ...(spec.conditions && { matchConditions: spec.conditions }),
      variables: spec.variables,
      validations: spec.validations,
    },
  };
}

const ACTIONS: Readonly<Record<Enforcement, readonly string[]>> = {
  audit: ["Audit"],
  warn: ["Warn", "Audit"],
  refuse: ["Deny", "Audit"],
};

export interface Binding {
  readonly name: string;
  readonly policy: string;
  readonly enforcement: Enforcement;
  /** Undefined: everywhere. */
  readonly namespaces?: object;
  readonly param?: object;
}

export function binding({ name, policy, enforcement, namespaces, param }: Binding): KubernetesObject {
  return {
    apiVersion: API,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name, labels: ownLabels },
    spec: {
      policyName: policy,
      validationActions: ACTIONS[enforcement],
      ...(param && { paramRef: param }),
      ...(namespaces && { matchResources: { namespaceSelector: namespaces } }),
    },
  };
}

export const namespacesOf = (environment: string): object => ({
  matchLabels: { [ENVIRONMENT_LABEL]: environment },
});
