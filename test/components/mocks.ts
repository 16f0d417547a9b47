import * as pulumi from "@pulumi/pulumi";

export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

type State = Record<string, unknown>;
type Answer = (inputs: State) => State | Promise<State>;

const objectMeta = (inputs: Record<string, unknown>) => ({
  ...inputs,
  metadata: { ...(inputs["metadata"] as object), resourceVersion: "7" },
});

/** A finished rollout, as the API server tells it. */
export const finished = {
  observedGeneration: 1,
  conditions: [{ type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" }],
};

const answers: Record<string, Answer> = {
  "waybill:index:Workload": (inputs) => inputs,
  "waybill:index:DecidedImages": (inputs) => inputs,
  "waybill:index:ImageBuild": (inputs) => inputs,
  "waybill:index:Decision": (inputs) => ({ ...inputs, decision: `sha256:${"d".repeat(64)}` }),
  "waybill:index:Attestation": (inputs) => inputs,
  "waybill:index:Sbom": (inputs) => inputs,
  "docker-build:index:Image": (inputs) => ({ ...inputs, digest: `sha256:${"b".repeat(64)}` }),
  "kubernetes:core/v1:Namespace": objectMeta,
  "kubernetes:core/v1:ServiceAccount": objectMeta,
  "kubernetes:core/v1:ConfigMap": objectMeta,
  "kubernetes:core/v1:Secret": objectMeta,
  "kubernetes:networking.k8s.io/v1:NetworkPolicy": objectMeta,
  "kubernetes:core/v1:Service": (inputs) => ({
    ...objectMeta(inputs),
    spec: { ...(inputs["spec"] as object), clusterIP: "10.0.0.9" },
  }),
  "kubernetes:apps/v1:Deployment": (inputs) => ({
    ...inputs,
    metadata: { ...(inputs["metadata"] as object), generation: 1 },
    status: finished,
  }),
};

/** Strict mocks: whatever is not on the list throws. Resources are listed as they are registered. */
export function mockPulumi(changes: Record<string, Answer> = {}, preview = false): Registered[] {
  const registered: Registered[] = [];
  const known = { ...answers, ...changes };
  void pulumi.runtime.setMocks(
    {
      newResource: async ({ type, name, inputs }) => {
        const answer = known[type];
        if (!answer) throw new Error(`mock: unknown resource type ${type}`);
        registered.push({ type, name, inputs: inputs as Record<string, unknown> });
        return { id: name, state: await answer(inputs as State) };
      },
      call: ({ token }) => {
        throw new Error(`mock: unknown call ${token}`);
      },
    },
    "waybill",
    "dev",
    preview,
  );
  return registered;
}

export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    output.apply(resolve);
    (output as unknown as { promise(): Promise<T> }).promise().catch(reject);
  });
}
