import { list, object, resource, type Resource, text, time } from "./shapes";

/** SLSA provenance v1: who built it, from what, how. */
export interface Provenance {
  readonly buildDefinition: {
    readonly buildType: string;
    readonly externalParameters: Readonly<Record<string, unknown>>;
    readonly internalParameters?: Readonly<Record<string, unknown>>;
    readonly resolvedDependencies?: readonly Resource[];
  };
  readonly runDetails: {
    readonly builder: { readonly id: string; readonly version?: Readonly<Record<string, string>> };
    readonly metadata?: {
      readonly invocationId?: string;
      readonly startedOn?: string;
      readonly finishedOn?: string;
    };
    readonly byproducts?: readonly Resource[];
  };
}

/** https://slsa.dev/spec/v1.0/provenance: what it says is required is required here; cosign takes `{}` for one. */
export const provenanceSchema = object(["buildDefinition", "runDetails"], {
  buildDefinition: object(["buildType", "externalParameters"], {
    buildType: text,
    externalParameters: { type: "object" },
    internalParameters: { type: "object" },
    resolvedDependencies: list(resource),
  }),
  runDetails: object(["builder"], {
    builder: object(["id"], { id: text, version: { type: "object" } }),
    metadata: object([], { invocationId: { type: "string" }, startedOn: time, finishedOn: time }),
    byproducts: list(resource),
  }),
});
