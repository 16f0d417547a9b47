import type { Guard, GuardedEnvironment, KubernetesObject } from "@waybill/core/admission";

export const environment = (name: string, more: Partial<GuardedEnvironment> = {}): GuardedEnvironment => ({
  name,
  admission: "refuse",
  deployers: [{ kind: "serviceaccount", namespace: "ci", name: `deployer-${name}` }],
  rollback: [],
  viewers: [],
  ...more,
});

export const guard = (more: Partial<Guard> = {}): Guard => ({
  registries: ["ghcr.io/acme"],
  external: [],
  imagePaths: [],
  environments: [environment("dev", { admission: "audit" }), environment("prod")],
  exempt: undefined,
  ...more,
});

export function named(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found;
}

export interface PolicySpec {
  readonly failurePolicy: string;
  readonly matchConstraints: {
    readonly resourceRules: readonly {
      apiGroups: string[];
      resources: string[];
      operations: string[];
      scope: string;
    }[];
  };
  readonly validations: readonly { expression: string; reason?: string; message?: string }[];
  readonly [field: string]: unknown;
}

export const specOf = (object: KubernetesObject): PolicySpec => object["spec"] as PolicySpec;
